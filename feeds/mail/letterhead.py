"""What all messages of an issue say of their sender."""

import re
from urllib.parse import quote, urlsplit

from msgspec import Struct

from feeds.mail.bodies import PREFERENCES, UNSUBSCRIBE
from feeds.mail.headers import Mailbox, ascii_host, mailbox, one_line
from feeds.markup import absolute_url
from feeds.model import Newsletter, Site


class Letterhead(Struct, frozen=True):
    """The sender and the ways to it. URLs absolute and percent-encoded."""

    title: str  # of the newsletter
    list_id: str  # "weekly.example.org": one for ever (RFC 2919)
    number: int  # of the issue
    sender: Mailbox | None = None  # None: good for a preview, not for a message
    reply_to: Mailbox | None = None
    bounce_address: str = ""  # reads the bounces, at name+token, and the mails that unsubscribe; else the sender does
    web_url: str = ""  # the pages for readers; without them readers unsubscribe by mail
    archive_url: str = ""  # where all posts are: the site
    postal_address: str = ""

    @property
    def one_click(self) -> bool:
        """Whether one click unsubscribes (RFC 8058 3.1: over https only)."""
        return self.web_url.startswith("https://")

    @property
    def unsubscribe_urls(self) -> tuple[str, ...]:
        """Where to unsubscribe, with the placeholder for the token: by web, if there is any, then by mail."""
        address = self.bounce_address or (self.sender.address if self.sender else "")
        by_mail = f"mailto:{quote(address, '@')}?subject={UNSUBSCRIBE}"
        return (f"{self.web_url}u/{UNSUBSCRIBE}", by_mail) if self.web_url else (by_mail,)

    @property
    def preferences_url(self) -> str:
        """Where to choose topics and days, with the placeholder for the token; "" without pages."""
        return f"{self.web_url}p/{PREFERENCES}" if self.web_url else ""

    @property
    def feedback_id(self) -> str:
        """The Feedback-ID of Gmail's reports: issue, newsletter, list and a sender of 5 to 15 letters; nobody's own."""
        name = self.list_id.partition(".")[0]
        domain = self.sender.domain if self.sender else ""
        return f"{name}-{self.number}:{name}:{self.list_id}:{re.sub('[^a-z0-9]', '', domain)[:15].ljust(5, '0')}"


def letterhead(
    site: Site,
    newsletter: Newsletter,
    number: int,
    *,
    sender: str = "",
    reply_to: str = "",
    bounce_address: str = "",
    web_url: str = "",
    postal_address: str = "",
) -> Letterhead:
    """Make the letterhead of an issue from plain settings. Raises SettingsError for an address that is none."""
    return Letterhead(
        title=one_line(newsletter.title or site.title),
        list_id=f"{newsletter.name}.{ascii_host(urlsplit(site.url).hostname or 'localhost')}",
        number=number,
        sender=mailbox(sender, "mail.from") if sender else None,
        reply_to=mailbox(reply_to, "mail.reply_to") if reply_to else None,
        bounce_address=mailbox(bounce_address, "mail.bounces.address").address if bounce_address else "",
        web_url=f"{absolute_url(web_url, site.url).rstrip('/')}/" if web_url else "",
        archive_url=absolute_url(site.url, site.url),
        postal_address=postal_address,
    )
