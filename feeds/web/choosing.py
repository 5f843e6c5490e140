"""Where readers choose topics and days, see what is kept of them, and have it deleted."""

from itertools import chain
from zoneinfo import available_timezones

import msgspec
from starlette.responses import Response

from feeds import subscriptions
from feeds.digest.wording import own_name
from feeds.model import Newsletter, Subscription
from feeds.newsletter.standing import of_reader
from feeds.subscriptions import Bearer, Wish
from feeds.web.desk import PREFERENCES, Desk
from feeds.web.rendering import HEADERS
from feeds.web.visit import INVALID, Page, Visit, notice

NEVER = "-"  # in place of a cadence
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def show(desk: Desk, visit: Visit) -> Page:
    """Show what a reader chose."""
    found = _found(desk, visit)
    return _page(desk, visit, found) if found else INVALID


def save(desk: Desk, visit: Visit) -> Page:
    """Take what a reader chose. Raises UsageError for what was not on the page."""
    found = _found(desk, visit)
    if not found:
        return INVALID
    wishes = [_wish(each, visit) for each in _shown(desk, found) if f"often.{each.name}" in visit.form]
    person = {name: visit.said(name) for name in ("language", "timezone") if name in visit.form}
    now = desk.clock()
    asked = subscriptions.choose(desk.settings, desk.store, found.claim, wishes, desk.enrol, now, **person)
    if asked:
        desk.questions.set()
    found = _found(desk, visit)
    return _page(desk, visit, found, is_saved=True, asked=bool(asked)) if found else INVALID


def data(desk: Desk, visit: Visit) -> Response:
    """Give what is kept of a reader, as a file."""
    found = _found(desk, visit)
    if not found:
        return Response("{}", 404, HEADERS, "application/json")
    email = found.reader.email
    kept = {"reader": subscriptions.show(desk.store, email), "deliveries": of_reader(desk.store, email)}
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    return Response(
        text, 200, HEADERS | {"Content-Disposition": 'attachment; filename="data.json"'}, "application/json"
    )


def forget(desk: Desk, visit: Visit) -> Page:
    """Delete all that is kept of a reader, if they say that they are sure."""
    found = _found(desk, visit)
    if not found:
        return INVALID
    if not visit.said("sure"):
        return _page(desk, visit, found)
    subscriptions.erase(desk.store, found.reader.email, desk.clock())
    return notice("forgotten", "forgotten_lead", language=desk.language(found.reader))


def _found(desk: Desk, visit: Visit) -> Bearer | None:
    claim = desk.claim(visit.token, PREFERENCES)
    return desk.bearer(claim) if claim else None


def _shown(desk: Desk, found: Bearer) -> list[Newsletter]:
    return [each for each in desk.settings.newsletter if each.by_web or each.name in found.gets]


def _wish(newsletter: Newsletter, visit: Visit) -> Wish:
    cadence = visit.said(f"often.{newsletter.name}")
    if cadence == NEVER:
        return Wish(newsletter.name, wanted=False)
    return Wish(newsletter.name, categories=visit.form.get(f"topic.{newsletter.name}", ()), cadence=cadence)


def _page(desk: Desk, visit: Visit, found: Bearer, *, is_saved: bool = False, asked: bool = False) -> Page:
    reader, shown = found.reader, _shown(desk, found)
    values = {
        "asked": asked,
        "chosen_language": reader.language,
        "email": reader.email,
        "here": f"{desk.base}p/{visit.token}",
        "is_saved": is_saved,
        "languages": _languages(desk, reader.language),
        "newsletters": [_choice(desk, each, found) for each in shown],
        "never": NEVER,
        "timezone": reader.timezone,
        "zones": _zones(reader.timezone) if any(each.timezone == "reader" for each in shown) else {},
    }
    return Page("page.preferences.html", values, language=desk.language(reader))


def _choice(desk: Desk, newsletter: Newsletter, found: Bearer) -> dict[str, object]:
    """Return what a reader may choose of a newsletter, and what they chose."""
    chosen = next((each for each in found.reader.subscriptions if each.newsletter == newsletter.name), Subscription(""))
    carried = desk.topics if "*" in newsletter.categories else newsletter.categories
    cadence = chosen.cadence if chosen.cadence in newsletter.offer else ""
    return {
        "name": newsletter.name,
        "title": desk.title(newsletter),
        "cadence": newsletter.cadence,
        "offer": newsletter.offer,
        "chosen": cadence if newsletter.name in found.gets else NEVER,
        "topics": {each: each in chosen.categories for each in dict.fromkeys((*carried, *chosen.categories))},
    }


def _languages(desk: Desk, own: str) -> dict[str, str]:
    """Return language -> how it is called by those who speak it; "" is the site's."""
    site = desk.settings.site.language
    others = sorted((({*desk.languages} - {site.split("-")[0]}) | {own}) - {"", site})
    return {"": own_name(site), **{each: own_name(each) for each in others}}


def _zones(own: str) -> dict[str, list[str]]:
    """Return region -> time zones."""
    names = sorted({*available_timezones(), own} - {""})
    regions = {region: [each for each in names if each.startswith(f"{region}/")] for region in _REGIONS}
    return {**regions, "UTC": sorted({"UTC", own} - {"", *chain(*regions.values())})}
