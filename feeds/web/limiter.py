"""How often one client may sign somebody up. Kept in memory: that it holds for one mailbox is `confirming`'s to see."""

import ipaddress
import threading
from collections import deque
from datetime import datetime, timedelta

SPAN = timedelta(hours=1)
EACH, ALL = 20, 1000  # sign-ups within it: of one client, and of all


class Limiter:
    """What was done of late, by client."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, deque[datetime]] = {}
        self._all: deque[datetime] = deque()

    def allows(self, client: str, now: datetime) -> bool:
        """Tell whether a client may do it once more, and count it if so."""
        with self._lock:
            theirs = self._done.setdefault(_network(client), deque())
            for each in (theirs, self._all):
                while each and now - each[0] >= SPAN:
                    each.popleft()
            allowed = len(theirs) < EACH and len(self._all) < ALL
            if allowed:
                theirs.append(now)
                self._all.append(now)
            if len(self._done) > ALL:  # whoever is not among the last has nothing left to count
                self._done = {key: times for key, times in self._done.items() if times and now - times[-1] < SPAN}
            return allowed


def _network(client: str) -> str:
    """Return what one client has of addresses: of IPv6 as many as a /64 holds."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else client
