"""Ask the DNS. Contains no decisions."""

from contextlib import suppress
from typing import Any

SECONDS = 5.0  # for one answer; a resolver that is there takes far less


class UnreachableError(Exception):
    """No DNS server answered."""


class Lookup:
    """Asks the resolver of this machine, or the one at `server`."""

    def __init__(self, server: str = "", port: int = 53, seconds: float = SECONDS) -> None:
        self._server, self._port, self._seconds = server, port, seconds

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each joined from its strings. Raises UnreachableError."""
        return [b"".join(each.strings).decode("utf-8", "replace") for each in self._records(name, "TXT")]

    def mail_hosts(self, name: str) -> list[str]:
        """Return the hosts that take mail for a name, "" for one that says it takes none (RFC 7505)."""
        return [str(each.exchange).rstrip(".") for each in self._records(name, "MX")]

    def addresses(self, name: str) -> list[str]:
        """Return the addresses of a host. Raises UnreachableError."""
        return [str(each.address) for kind in ("A", "AAAA") for each in self._records(name, kind)]

    def hosts(self, address: str) -> list[str]:
        """Return the names that an address has. Raises UnreachableError."""
        from dns.reversename import from_address

        return [str(each.target).rstrip(".") for each in self._records(str(from_address(address)), "PTR")]

    def _records(self, name: str, kind: str) -> list[Any]:
        from dns import exception, resolver

        try:
            asked = resolver.Resolver(configure=not self._server)
            if self._server:
                asked.nameservers, asked.port = [self._server], self._port
            with suppress(resolver.NXDOMAIN, resolver.NoAnswer):
                return list(asked.resolve(name, kind, lifetime=self._seconds, search=False))
        except (exception.DNSException, OSError, UnicodeError) as error:
            raise UnreachableError(str(error)) from error
        return []
