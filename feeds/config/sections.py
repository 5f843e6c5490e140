"""The sections of feeds.toml; those that the rings within know as well are in `model`."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from feeds.model import Newsletter, Podcast, Site

Content = Literal["full", "summary"]
Count = Annotated[int, Meta(ge=1)]
Formats = Annotated[tuple[Literal["rss", "atom", "json"], ...], Meta(min_length=1)]


class Posts(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the posts are and how they are written."""

    folders: Annotated[
        tuple[str, ...], Meta(min_length=1), "Folders that hold the posts, read with all that is below them."
    ] = ("posts",)
    engine: Annotated[str, 'Engine that the posts are written for; "auto" recognises it.'] = "auto"
    permalink: Annotated[str, "Pattern of a post's address, as the engine writes it; empty: the engine's own."] = ""
    include_drafts: Annotated[bool, "Put drafts in as well."] = False
    include_future: Annotated[bool, "Put posts dated in the future in as well."] = False


class Feeds(Struct, frozen=True, forbid_unknown_fields=True):
    """What feeds to write, and where."""

    out: Annotated[str, "Folder to write into: the one that is served at `site.url`."] = "public"
    formats: Annotated[Formats, "Formats to write."] = ("rss", "atom", "json")
    by: Annotated[
        tuple[Literal["category", "tag", "author", "language"], ...], "Beside the site's feed, one for each of these."
    ] = ("category",)
    limit: Annotated[Count, "Newest posts in a feed."] = 20
    content: Annotated[Content, "How much of a post a feed carries; a summary is always there as well."] = "full"
    archive: Annotated[
        bool, "Keep all older posts in archive documents (RFC 5005); feeds then hold up to twice `limit`."
    ] = False
    hub: Annotated[str, "Address of a WebSub hub."] = ""
    paths: Annotated[
        Literal["default", "jekyll", "hugo", "pelican", "nikola", "astro", "eleventy", "docusaurus"],
        "Where the feeds lie: as an engine has them, so that addresses that readers poll stay.",
    ] = "default"


class Bounces(Struct, frozen=True, forbid_unknown_fields=True):
    """Mail that comes back."""

    url: Annotated[str, "Mailbox that it lies in: a Maildir, or imaps://user@host/folder; empty: none is read."] = ""
    address: Annotated[str, "Address of that mailbox; a message leaves from it, with +token after the name."] = ""
    folder: Annotated[str, "Folder of an IMAP mailbox that what was understood is moved to; empty: it stays."] = ""


class Smtp(Struct, frozen=True, forbid_unknown_fields=True):
    """The relay that takes messages from us; its password is FEEDS_SMTP_PASSWORD."""

    host: Annotated[str, "Name of the relay."] = ""
    port: Annotated[int, Meta(ge=1, le=65535), "Its port: 587 with STARTTLS, 465 with TLS from the first byte."] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"], "How the connection is secured; certificates are always verified."
    ] = "starttls"
    user: Annotated[str, "Name to log in with; empty: without."] = ""
    connections: Annotated[int, Meta(ge=1, le=100), "Connections at once."] = 4
    rate: Annotated[str, 'Messages at most, as "14/s", "500/hour" or "10000/day"; empty: as fast as it goes.'] = ""
    per_domain: Annotated[
        dict[str, str],
        'The same for domains of readers: { "example.com" = "5/s", "*" = "20/s" }; "*": each other.',
    ] = {}  # msgspec copies it
    hello: Annotated[str, "Our name in EHLO; empty: that of this machine."] = ""
    ca_file: Annotated[str, "File of certificates to trust instead of the system's."] = ""


class Dkim(Struct, frozen=True, forbid_unknown_fields=True):
    """The signature on each message, where the relay does not sign."""

    domain: Annotated[str, "Domain that signs: that of the sender."] = ""
    selector: Annotated[str, "Name of the key: its public half is a TXT record at SELECTOR._domainkey.DOMAIN."] = ""
    key_file: Annotated[str, "File of the private key, RSA or Ed25519 in PEM; empty: no signature."] = ""


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """How digests leave."""

    sender: Annotated[str, 'Sender: "Name <address>".'] = field(name="from", default="")
    reply_to: Annotated[str, "Where answers go, if not to the sender."] = ""
    postal_address: Annotated[str, "Your postal address, at the foot of each mail; the law of many countries asks."] = (
        ""
    )
    backend: Annotated[Literal["folder", "console", "smtp"], "What carries the messages."] = "folder"
    folder: Annotated[str, "Where the folder backend puts its .eml files."] = "mail"
    warm_up: Annotated[
        date | None, "First day of a new sender, 2026-11-23 say: 200 messages, then more each day for six weeks."
    ] = None
    smtp: Smtp = Smtp()
    dkim: Dkim = Dkim()
    bounces: Bounces = Bounces()


class Web(Struct, frozen=True, forbid_unknown_fields=True):
    """The pages for readers."""

    url: Annotated[str, "Public address of the pages that `feeds pages` serves; https, for one click to be enough."] = (
        ""
    )
    proxies: Annotated[
        tuple[str, ...], "Addresses of the web servers before them, which say where a reader comes from."
    ] = ("127.0.0.1", "::1")


class Store(Struct, frozen=True, forbid_unknown_fields=True):
    """Where subscribers, issues and deliveries are kept."""

    url: Annotated[str, "Database; an SQLite path is relative to the site's folder."] = "sqlite:///feeds.db"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that feeds.toml says, and the folder it lies in."""

    site: Site
    posts: Posts = Posts()
    feeds: Feeds = Feeds()
    podcast: Podcast = Podcast()
    newsletter: tuple[Newsletter, ...] = ()
    mail: Mail = Mail()
    web: Web = Web()
    store: Store = Store()
    root: Path = Path()  # not a key: `load` sets it
