"""Where readers leave: people by a button, mail programs by one click (RFC 8058)."""

from feeds import subscriptions
from feeds.subscriptions import Wish
from feeds.subscriptions.links import newsletter_of
from feeds.tokens import Claim
from feeds.web.desk import Desk
from feeds.web.visit import INVALID, Page, Visit, notice


def show(desk: Desk, visit: Visit) -> Page:
    """Ask whether they mean it, and offer to choose instead."""
    claim = desk.leaving(visit.token)
    return _page(desk, visit, claim, is_done=False) if claim else INVALID


def leave(desk: Desk, visit: Visit) -> Page:
    """End the subscription, from this moment on, whatever the form says.

    200 for a token of nobody as well: a mail program would only try again.
    """
    claim = desk.leaving(visit.token)
    if not claim:
        return notice("invalid", "invalid_lead")
    with desk.store.writing() as connection:
        reader, generation, how = claim.subscriber, claim.generation, "on the page"
        subscriptions.leave(
            desk.settings, connection, reader, newsletter_of(claim), desk.clock(), generation=generation, how=how
        )
    return _page(desk, visit, claim, is_done=True)


def ask_again(desk: Desk, visit: Visit) -> Page:
    """Ask by mail who left by mistake, or by somebody else's hand."""
    claim = desk.leaving(visit.token)
    before = desk.bearer(claim) if claim else None
    newsletter = desk.newsletters.get(newsletter_of(claim)) if claim else None
    if not before or not newsletter:
        return INVALID
    former = next((each for each in before.reader.subscriptions if each.newsletter == newsletter.name), None)
    kept = former.cadence if former and former.cadence in newsletter.offer else ""
    wish = Wish(newsletter.name, categories=former.categories if former else (), cadence=kept)
    if subscriptions.choose(desk.settings, desk.store, before.claim, [wish], desk.enrol, desk.clock()):
        desk.questions.set()
    return notice("asked", "asked_lead", language=desk.language(before.reader))


def _page(desk: Desk, visit: Visit, claim: Claim, *, is_done: bool) -> Page:
    """Return the page for who has a link, also when nobody is left whom it speaks for."""
    newsletter, found = desk.newsletters.get(newsletter_of(claim)), desk.bearer(claim)
    values = {
        "again_url": f"{desk.base}u/{visit.token}/again" if found and newsletter else "",
        "choices_url": desk.choices_url(claim.subscriber, claim.generation) if found else "",
        "email": found.reader.email if found else "",
        "is_done": is_done,
        "title": desk.title(newsletter) if newsletter else desk.settings.site.title,
    }
    language = desk.language(found.reader) if found else ""
    return Page("page.unsubscribe.html", values, language=language, newsletter=newsletter)
