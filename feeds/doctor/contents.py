"""Examine the site itself: settings, secrets, posts, and templates in every language that is read."""

from collections.abc import Iterator
from pathlib import Path

from feeds import digest
from feeds.catalogue import unheard
from feeds.colour import SHEET, SHEET_IN_DARK, contrast
from feeds.config import Settings, secret
from feeds.digest.wording import voice
from feeds.doctor.finding import Finding, Patient
from feeds.model import Entry, Newsletter, Post, Style
from feeds.newsletter.drafting import letter_of
from feeds.newsletter.window import ALL
from feeds.publish.posts import survey
from feeds.store import Store, subscribers
from feeds.templating import environment

_SHORTEST, _GOOD = 16, 32  # characters of a secret: 64 bits in hexadecimal, and 128


def settings(patient: Patient) -> Iterator[Finding]:
    """Look for what the settings leave out or get wrong together. Raises SettingsError."""
    said = patient.settings
    yield Finding("ok", f"feeds.toml is understood; newsletters: {len(said.newsletter)}")
    if said.site.url.startswith("http://"):
        yield Finding("warning", f"{said.site.url} is not secure", "serve the site with https")
    if said.newsletter and not said.mail.sender:
        yield Finding("error", "mail.from is empty", 'set it to something like "The Daily <news@example.org>"')
    if said.newsletter and not said.mail.postal_address:
        yield Finding("warning", "mail.postal_address is empty", "the law of many countries asks for it in each mail")
    if said.mail.backend == "smtp" and not said.mail.bounces.address:
        mend = "set mail.bounces.address and url, or dead addresses are mailed for ever"
        yield Finding("warning", "nobody reads the mail that comes back", mend)


def secrets(patient: Patient) -> Iterator[Finding]:
    """Look at the secret of the links, and who else may read it. Raises SettingsError."""
    found = secret("FEEDS_SECRET", patient.environ)
    shortest = min((len(line.strip()) for line in found.splitlines()), default=0)
    if not found:
        yield Finding("ok", "FEEDS_SECRET is not set: the database has one of its own")
    elif shortest < _GOOD:
        what = f"FEEDS_SECRET has {shortest} characters"
        yield Finding("error" if shortest < _SHORTEST else "warning", what, "make one with `openssl rand -hex 32`")
    else:
        yield Finding("ok", "FEEDS_SECRET is long enough")
    for name in ("FEEDS_SECRET", "FEEDS_SMTP_PASSWORD"):
        secret(name, patient.environ)  # that its file can be read
        path = patient.environ.get(f"{name}_FILE")
        if path and Path(path).stat().st_mode & 0o004:
            yield Finding("warning", f"{path} can be read by everybody on this machine", f"`chmod o-r {path}`")


def posts(patient: Patient) -> Iterator[Finding]:
    """Look at the posts as a build does. Raises SettingsError."""
    found = survey(patient.settings, patient.now)
    if found.changes:
        what = f"old posts that readers would see as new: {len(found.changes)}"
        yield Finding("error", what, "`feeds build --dry-run` names them")
    if found.problems:
        what = f"posts: {len(found.posts)}, problems: {len(found.problems)}"
        yield Finding("warning" if found.posts else "error", what, "`feeds check` names them")
    elif not found.posts:
        yield Finding("warning", "there is no post to publish", "see posts.folders in feeds.toml")
    else:
        yield Finding("ok", f"posts: {len(found.posts)}")
    for newsletter in patient.settings.newsletter:
        for what, mend in unheard((name for name in newsletter.categories if name != ALL), found.posts):
            yield Finding("warning", f"{what}, a category of the newsletter {newsletter.name}", mend)


def templates(patient: Patient) -> Iterator[Finding]:
    """Write a sample issue in each language. Raises SettingsError for a wrong template."""
    said = patient.settings
    languages = sorted({said.site.language, *_languages(said)})
    for newsletter in said.newsletter:
        for language in languages:
            _sample(patient, newsletter, language)
        yield Finding("ok", f"{newsletter.name} looks as set: {_look(newsletter.style)}")
    if said.newsletter:
        yield Finding("ok", f"a sample issue is written in {', '.join(languages)}")
    for language in languages if said.newsletter else ():
        speaker = voice(environment(said.root), language)
        if speaker.language.split("-")[0] != speaker.wording_language.split("-")[0]:
            what = f"our mails have no sentences in {language}: around the posts they speak English"
            yield Finding("warning", what, f"write templates/wording/{language}.toml, see docs/mail.md")


def _look(style: Style) -> str:
    light, dark = contrast(style.accent, SHEET), contrast(style.accent_in_dark, SHEET_IN_DARK)
    fonts = style.fonts if isinstance(style.fonts, str) else ", ".join(style.fonts)
    colours = f"accent {style.accent} ({light:.1f}:1), in the dark {style.accent_in_dark} ({dark:.1f}:1)"
    return f"{colours}, fonts {fonts}, logo {style.logo or 'the icon of the site'}"


def _languages(said: Settings) -> set[str]:
    with Store.open(said.store.url, said.root, make=False) as store, store.reading() as connection:
        return subscribers.languages(connection) - {""}


def _sample(patient: Patient, newsletter: Newsletter, language: str) -> None:
    said = patient.settings
    post = Post("posts/sample.md", f"{said.site.url}sample/", "Sample", patient.now, patient.now, "tag:sample")
    entries = [Entry(post, "<p>Sample</p>", "Sample")]
    letter = letter_of(said, newsletter, 1)
    digest.compose(newsletter, said.site, entries, language, letter, patient.now, environment(said.root))
