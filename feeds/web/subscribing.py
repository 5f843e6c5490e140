"""Where anybody may ask for a newsletter, in their own or in another's name."""

from starlette.exceptions import HTTPException

from feeds.errors import UsageError
from feeds.newsletter.signups import sign_up as note
from feeds.publish.mail_form import mail_form
from feeds.subscriptions.enrolling import checked
from feeds.web.desk import Desk
from feeds.web.visit import Page, Visit, notice

TRAP = "website"  # a field that people do not see, and machines fill in


def show(desk: Desk, visit: Visit) -> Page:
    """Show the form."""
    return _form(desk, visit) if desk.open else notice("not_found", status=404)


def sign_up(desk: Desk, visit: Visit) -> Page:
    """Note who wants what. The answer is the same, whatever is known of the address."""
    now = desk.clock()
    if not desk.limiter.allows(visit.client, now):
        raise HTTPException(429)
    try:
        reader = checked(visit.said("email"))
    except UsageError:
        return _form(desk, visit, "bad_address")
    names = [each.name for each in desk.open]
    wanted = [name for name in names if len(names) == 1 or name in visit.form.get("newsletter", ())]
    if not wanted:
        return _form(desk, visit, "none_chosen")
    if not visit.said(TRAP):
        note(desk.store, reader, wanted, now)
    return notice("asked", "asked_lead")


def _form(desk: Desk, visit: Visit, wrong: str = "") -> Page:
    filled = {
        "chosen": visit.form.get("newsletter", ()),
        "email": visit.said("email"),
        "wrong": wrong,
        "url": desk.base,
    }
    return Page("page.subscribe.html", {**mail_form(desk.settings, desk.open), **filled}, 400 if wrong else 200)
