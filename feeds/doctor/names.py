"""Examine what the DNS says of the sender: SPF, DKIM, DMARC, MX, and the name of the relay's address.

Gmail, Yahoo and Outlook refuse or hide bulk mail without the first three (their rules for senders of 2024 and 2025).
"""

import ipaddress
import re
from collections.abc import Iterator

from feeds.config import Settings
from feeds.doctor.finding import Finding, Patient
from feeds.doctor.lookup import Lookup, UnreachableError
from feeds.errors import SettingsError
from feeds.mail.headers import mailbox
from feeds.newsletter.press import key_of


def examine(patient: Patient) -> Iterator[Finding]:
    """Ask for each record; once no DNS server answers, say so and stop. Raises SettingsError."""
    said, lookup = patient.settings, patient.lookup
    if said.mail.backend != "smtp" or not said.mail.sender:
        yield Finding("ok", "nothing to ask: no mail leaves over SMTP")
        return
    domain = mailbox(said.mail.sender, "mail.from").domain
    envelope = said.mail.bounces.address.rpartition("@")[2] or domain
    try:
        for each in dict.fromkeys((domain, envelope)):
            yield from _mx(lookup, each)
        yield from _spf(lookup, envelope)
        yield from _dkim(lookup, said, domain)
        yield from _dmarc(lookup, domain)
        yield from _ptr(lookup, said.mail.smtp.host)
    except UnreachableError as error:
        what = f"no DNS server answered, so the records of {domain} were not checked ({error})"
        yield Finding("unchecked", what, "run it again where there is a network")


def _mx(lookup: Lookup, domain: str) -> Iterator[Finding]:
    hosts = lookup.mail_hosts(domain)
    if hosts == [""]:
        yield Finding("error", f"{domain} says that it takes no mail", "give it an MX: answers and bounces go there")
    elif hosts or lookup.addresses(domain):
        yield Finding("ok", f"{domain} takes mail at {', '.join(hosts) or domain}")
    else:
        yield Finding("error", f"{domain} has no MX", "give it one: answers and bounces go there")


def _spf(lookup: Lookup, domain: str) -> Iterator[Finding]:
    """RFC 7208: one record, which does not let everybody through."""
    found = [each for each in lookup.texts(domain) if re.match(r"v=spf1( |$)", each, re.IGNORECASE)]
    if not found:
        yield Finding("error", f"{domain} has no SPF record", f'add a TXT record like "v=spf1 mx -all" at {domain}')
    elif len(found) > 1:
        yield Finding("error", f"{domain} has {len(found)} SPF records, so none counts", "join them into one")
    elif re.search(r" \+?all( |$)", found[0], re.IGNORECASE):
        yield Finding("error", f"{domain} lets everybody send in its name: {found[0]}", 'end it in "-all" or "~all"')
    else:
        yield Finding("ok", f"SPF of {domain}: {found[0]}; that it names your relay was not checked")


def _dkim(lookup: Lookup, said: Settings, sender: str) -> Iterator[Finding]:
    """RFC 6376: the key in the DNS is the one that signs; and DMARC wants the domains alike (RFC 7489 3.1)."""
    section = said.mail.dkim
    if not section.key_file:
        yield Finding("unchecked", "we do not sign (no mail.dkim.key_file)", "see that the relay signs with DKIM")
        return
    try:
        key = key_of(said)
    except SettingsError as error:
        yield Finding("error", f"{error.where}: {error.what}", error.mend)
        return
    name, mend = f"{section.selector}._domainkey.{section.domain}", f'add this TXT record: "{key.record}"'
    found = lookup.texts(name)
    if not found:
        yield Finding("error", f"{name} has no DKIM key", mend)
    elif all(_tag(each, "p") != key.public for each in found):
        yield Finding("error", f"{name} has another key than {section.key_file}", mend)
    else:
        yield Finding("ok", f"DKIM: the key at {name} is ours")
    if not _related(section.domain.lower(), sender.lower()):
        mend = f"set mail.dkim.domain to {sender}, or DMARC fails"
        yield Finding("warning", f"the signature is of {section.domain}, the mail from {sender}", mend)


def _dmarc(lookup: Lookup, domain: str) -> Iterator[Finding]:
    """RFC 7489 6.6.3: of the domain, else of one above it."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        found = [each for each in lookup.texts(name) if each.lower().startswith("v=dmarc1")]
        if len(found) == 1 and _tag(found[0], "p"):
            yield Finding("ok", f"DMARC at {name}: {found[0]}")
            return
        if found:
            yield Finding(
                "error", f"the DMARC record at {name} is not valid: {found}", 'one of "v=DMARC1; p=none" is enough'
            )
            return
    yield Finding("error", f"{domain} has no DMARC record", f'add the TXT record "v=DMARC1; p=none" at _dmarc.{domain}')


def _ptr(lookup: Lookup, relay: str) -> Iterator[Finding]:
    """Say whether the relay's address has a name that leads back to it, as far as its address is known here."""
    if not relay:
        return
    addresses = lookup.addresses(relay)
    public = [each for each in addresses if ipaddress.ip_address(each).is_global]
    if not public:
        yield Finding(
            "unchecked", f"from which address {relay} sends is not known here, so its name (PTR) was not checked"
        )
    for address in public:
        hosts = lookup.hosts(address)
        if any(address in lookup.addresses(host) for host in hosts):
            yield Finding("ok", f"{address} is {hosts[0]}, and that is {address}")
        else:
            yield Finding("warning", f"{address} of the relay has no name that leads back to it", "ask who runs it")


def _tag(record: str, name: str) -> str:
    """Return the value of a tag of a DKIM or DMARC record, blanks left out."""
    tags = (each.partition("=") for each in re.sub(r"\s", "", record).split(";"))
    return next((value for tag, _, value in tags if tag.lower() == name), "")


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
