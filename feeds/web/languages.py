"""Which language a page speaks to somebody who is not known yet. Pure."""

import re
from collections.abc import Collection

_RANGE = re.compile(r"\s*([A-Za-z]{2,8})[A-Za-z0-9-]*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")
_MOST = 20  # languages that are looked at


def chosen(accepted: str, usual: str, known: Collection[str]) -> str:
    """Return the language for a browser that sends this Accept-Language (RFC 9110 12.5.4).

    The `usual` one, that of the site, if the browser names it at all; else the first of theirs that is `known`, as
    its primary subtag.
    """
    weights: dict[str, float] = {}
    for each in accepted.split(",")[:_MOST]:
        if found := _RANGE.fullmatch(each):
            weights.setdefault(found[1].lower(), float(found[2] or 1))
    wanted = sorted((name for name, weight in weights.items() if weight), key=lambda name: -weights[name])
    if not wanted or usual.split("-")[0].lower() in wanted:
        return usual
    return next((name for name in wanted if name in known), usual)
