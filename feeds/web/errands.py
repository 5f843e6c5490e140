"""What the process that serves the pages does beside: ask by mail who signed up, and know the topics of the posts.

Every few seconds and not at once, so that no visitor can learn from how long the next answer takes whether there was
anything to do.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from feeds import catalogue, publish
from feeds.delivery import Backend
from feeds.errors import FeedsError
from feeds.newsletter.signups import ask_waiting, deliver_questions
from feeds.web.desk import Desk

PAUSE = 5.0  # seconds between two looks
RESTS = timedelta(minutes=10)  # after something went wrong, as a wrong password: `feeds run-due` tries as well
_FRESH = timedelta(hours=1)  # that topics are


class Errands:
    """What is to be done, and what was."""

    def __init__(
        self, desk: Desk, backend: Backend, complain: Callable[[FeedsError], object], *, environ: Mapping[str, str]
    ) -> None:
        """Take a backend that carries mails, and whom to tell what went wrong."""
        self._desk, self._backend, self._complain, self._environ = desk, backend, complain, environ
        self._stop = threading.Event()
        self._rested: datetime | None = None
        self._looked: datetime | None = None

    def run_until(self, stop: threading.Event) -> None:
        """Do what there is to do, again and again."""
        self._stop = stop
        self.run()
        while not stop.wait(PAUSE):
            self.run()

    def run(self) -> None:
        """Do what there is to do now."""
        now = self._desk.clock()
        if not self._looked or now - self._looked >= _FRESH:
            self._looked = now
            self._tries(self._learn)
        if (not self._rested or now >= self._rested) and not self._tries(self._ask):
            self._rested = now + RESTS

    def _tries(self, errand: Callable[[datetime], None]) -> bool:
        """Tell whether an errand came to its end; that one did not holds up no other."""
        try:
            errand(self._desk.clock())
        except FeedsError as error:
            self._complain(error)
            return False
        return True

    def _learn(self, now: datetime) -> None:
        """Learn the categories of the site's posts, the most used first; none where no newsletter carries all."""
        settings = self._desk.settings
        if any("*" in each.categories for each in settings.newsletter):
            groups = catalogue.groups(publish.survey(settings, now).posts)
            used_most_first = sorted(groups, key=lambda group: (-len(group.posts), group.name))
            self._desk.topics = tuple(each.name for each in used_most_first)

    def _ask(self, now: datetime) -> None:
        desk = self._desk
        if not (ask_waiting(desk.settings, desk.store, now) or desk.questions.is_set()):
            return
        desk.questions.clear()  # what is queued from here on is for the next time
        try:
            what = (desk.settings, desk.store, self._backend, desk.clock)
            deliver_questions(*what, environ=self._environ, stopping=self._stop.is_set)
        except FeedsError:
            desk.questions.set()
            raise
