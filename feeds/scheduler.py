"""Wake the deeds: an alarm clock and nothing more.

APScheduler 3 drops a job that fell due while the process was down, runs a job twice when two processes share a
store, and fires a cron trigger twice on the night that summer time ends. So it only rings once a minute; what is
due, and whether it was done already, the database knows.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger


def run_every_minute(deed: Callable[[], None], stop: threading.Event) -> None:
    """Call `deed` at once and then every minute, until `stop` is set; the one under way then is waited for.

    One that takes longer than a minute is not started a second time beside itself.
    """
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would warn each minute of one that takes longer
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        deed,
        IntervalTrigger(minutes=1),
        next_run_time=datetime.now(UTC),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
