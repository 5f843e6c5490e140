"""Write readers as CSV, as `importing` reads it."""

import csv
from typing import TextIO

from feeds.config import Settings
from feeds.store import Store, leaving, subscribers
from feeds.subscriptions.cells import guarded
from feeds.subscriptions.enrolling import newsletter_of
from feeds.subscriptions.importing import BETWEEN_CATEGORIES, COLUMNS


def export_csv(settings: Settings, store: Store, out: TextIO, *, newsletter: str = "") -> int:
    """Write who gets or got a newsletter, a line each with its status; return how many. Raises UsageError.

    What a spreadsheet would take for a formula has an apostrophe in front, which reading takes away.
    """
    newsletter, count = newsletter_of(settings, newsletter), 0
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, "status"))
    with store.reading() as connection:
        left = leaving.left(connection, newsletter)
        for each in subscribers.listed(connection, newsletter=newsletter):
            chosen = next(one for one in each.subscriptions if one.newsletter == newsletter)
            status = "unsubscribed" if each.id in left and each.status == "active" else each.status
            categories = BETWEEN_CATEGORIES.join(chosen.categories)
            cells = (each.email, each.name, each.language, each.timezone, categories, chosen.cadence, status)
            writer.writerow(map(guarded, cells))
            count += 1
    return count
