"""Rates as people write them: "14/s", "500/hour", "90 per minute"."""

import re

_RATE = r"\s*(\d+(?:\.\d+)?)\s*(?:/|per)\s*(s|sec|second|min|minute|h|hour|d|day)s?\s*"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def per_second(text: str) -> float:
    """Return a rate in messages a second; 0 for what is none."""
    found = re.fullmatch(_RATE, text, re.IGNORECASE)
    return float(found[1]) / _SECONDS[found[2][0].lower()] if found else 0.0
