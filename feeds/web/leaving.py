"""Where readers leave: people by a button, mail programs by one click (RFC 8058)."""

from feeds import subscriptions
from feeds.subscriptions import Bearer, Wish
from feeds.tokens import Claim
from feeds.web.desk import Desk
from feeds.web.visit import Page, Visit, notice


def show(desk: Desk, visit: Visit) -> Page:
    """Ask whether they mean it, and offer to choose instead."""
    claim = desk.leaving(visit.token)
    return _page(desk, visit, claim, is_done=False) if claim else notice("invalid", "invalid_lead", status=404)


def leave(desk: Desk, visit: Visit) -> Page:
    """End the subscription, from this moment on, whatever the form says.

    200 for a token of nobody as well: a mail program would only try again.
    """
    claim = desk.leaving(visit.token)
    if not claim:
        return notice("invalid", "invalid_lead")
    with desk.store.writing() as connection:
        name, generation = _newsletter(claim), claim.generation
        subscriptions.leave(connection, claim.subscriber, name, desk.clock(), generation=generation, how="on the page")
    return _page(desk, visit, claim, is_done=True)


def ask_again(desk: Desk, visit: Visit) -> Page:
    """Ask by mail who left by mistake, or by somebody else's hand."""
    claim = desk.leaving(visit.token)
    before = _bearer(desk, claim) if claim else None
    if not claim or not before:
        return notice("invalid", "invalid_lead", status=404)
    name = _newsletter(claim)
    former = next((each for each in before.reader.subscriptions if each.newsletter == name), None)
    newsletter = desk.newsletters[name]
    kept = former.cadence if former and former.cadence in newsletter.offer else ""
    wish = Wish(name, categories=former.categories if former else (), cadence=kept)
    if subscriptions.choose(desk.settings, desk.store, claim, [wish], desk.enrol, desk.clock()):
        desk.questions.set()
    return notice("asked", "asked_lead", language=_language(desk, before))


def _page(desk: Desk, visit: Visit, claim: Claim, *, is_done: bool) -> Page:
    """Return the page for who has a link, also when nobody is left whom it speaks for."""
    newsletter, found = desk.newsletters[_newsletter(claim)], _bearer(desk, claim)
    values = {
        "again_url": f"{desk.base}u/{visit.token}/again" if found else "",
        "choices_url": desk.choices_url(claim.subscriber, claim.generation) if found else "",
        "email": found.reader.email if found else "",
        "is_done": is_done,
        "title": desk.title(newsletter),
    }
    return Page("page.unsubscribe.html", values, language=_language(desk, found), newsletter=newsletter)


def _newsletter(claim: Claim) -> str:
    return claim.purpose.partition(":")[2]


def _bearer(desk: Desk, claim: Claim) -> Bearer | None:
    with desk.store.reading() as connection:
        return subscriptions.bearer(desk.settings, connection, claim)


def _language(desk: Desk, found: Bearer | None) -> str:
    return (found.reader.language or desk.settings.site.language) if found else ""
