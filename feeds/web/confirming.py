"""Where readers confirm what a mail asked them."""

from sqlalchemy import Connection

from feeds.model import Newsletter, Subscriber
from feeds.newsletter import confirming as deeds
from feeds.store import leaving, requests, subscribers
from feeds.tokens import verify_address
from feeds.web.desk import Desk
from feeds.web.visit import INVALID, Page, Visit, notice


def show(desk: Desk, visit: Visit) -> Page:
    """Ask, with a button: machines that follow links press none."""
    with desk.store.reading() as connection:
        found = _asked(desk, connection, visit.token)
    if not found:
        return INVALID
    _, reader, newsletter = found
    values = {"title": desk.title(newsletter), "email": reader.email}
    return Page("page.confirm.html", values, language=desk.language(reader), newsletter=newsletter)


def confirm(desk: Desk, visit: Visit) -> Page:
    """Take the answer; say so as well to who has given it before."""
    with desk.store.writing() as connection:
        found = _asked(desk, connection, visit.token)
        if not found:
            return INVALID
        proof, reader, newsletter = found
        became = deeds.confirm(desk.settings, connection, *proof, "confirmed on the page", desk.clock())
        has_it = bool(subscribers.who_read(connection, newsletter.name, [reader.id]))
        generation = leaving.generation(connection, reader.id) or 0
    language = desk.language(reader)
    if became == "asked":
        desk.questions.set()
        return notice("late", "late_lead", language=language)
    if not has_it:
        return INVALID
    values = {"title": desk.title(newsletter), "email": reader.email, "cadence": newsletter.cadence}
    values["choices_url"] = desk.choices_url(reader.id, generation)
    return Page("page.confirmed.html", values, language=language, newsletter=newsletter)


def _asked(desk: Desk, connection: Connection, token: str) -> tuple[tuple[int, int], Subscriber, Newsletter] | None:
    """Return the mail that a token stands in, whom it asked, and about what."""
    if not (proof := verify_address(token, desk.keys, deeds.PURPOSE)):
        return None
    name, _ = requests.asked_by(connection, *proof) or ("", None)
    reader = subscribers.with_ids(connection, [proof[1]]).get(proof[1])
    if name not in desk.newsletters or not reader or reader.status == "erased":
        return None
    return proof, reader, desk.newsletters[name]
