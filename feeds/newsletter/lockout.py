"""Try a password that the relay refused once an hour, not with each run: else providers lock the account.

The database remembers the refusal, so it counts for all processes, cron's too. Another password, user or relay is
tried at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import scrypt
from zoneinfo import ZoneInfo

from feeds.delivery import Backend
from feeds.errors import LoginError
from feeds.store import Store, throttle

PAUSE = timedelta(hours=1)
_SCOPE = "login "


@contextmanager
def heeded(store: Store, backend: Backend, zone: str, clock: Callable[[], datetime]) -> Iterator[None]:
    """Remember a refusal within the block; do not enter it after one. Raises LoginError."""
    now = clock()
    with store.reading() as connection:
        refused = throttle.blocked(connection, _SCOPE, now)
    if refused and (until := refused.get(_scope(backend.login))):
        local = until.astimezone(ZoneInfo(zone))
        what = f"the relay refused name or password of mail.smtp; they are not tried again until {local:%Y-%m-%d %H:%M}"
        raise LoginError(what, "check mail.smtp.user and FEEDS_SMTP_PASSWORD; when they are others, they are tried")
    try:
        yield
    except LoginError:
        with store.writing() as connection:
            throttle.block(connection, _scope(backend.login), clock(), PAUSE)
        raise


def _scope(login: str) -> str:
    """Name a password so that who reads the database cannot find it out by guessing: each guess takes 50 ms."""
    return _SCOPE + scrypt(login.encode(), salt=b"feeds", n=2**14, r=8, p=1, dklen=12).hex()
