"""Several connections in one thread: none waits for another, in the clear and by TLS."""

import asyncio

import pytest
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Received

from feeds.delivery import Backend, Envelope
from feeds.delivery.memory import Memory
from feeds.delivery.smtp import Smtp
from feeds.errors import DeliveryError
from feeds.model import Outcome
from feeds.newsletter.crew import Crew, Done, Job
from feeds.store.deliveries import Claimed
from tests.test_delivery_smtp import Authority, Server, authority, changed, serving, tls_options

__all__ = ["authority"]  # a fixture

LARGE = b"Subject: large\r\n\r\n" + b"".join(b"%0900d\r\n" % number for number in range(5000))
SMALL = b"Subject: small\r\n\r\nsmall\r\n"
OTHERS = 25


class Slow(Server):
    """A server that takes a message to "slow" once all others are there."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Received) -> str:
        while envelope.rcpt_tos == ["slow@example.org"] and len(self.messages) < OTHERS:
            await asyncio.sleep(0.01)
        return await super().handle_DATA(server, session, envelope)


def job(name: str, message: bytes = SMALL) -> Job:
    """Make a job for a reader."""
    claimed = Claimed(1, 1, 1, f"{name}@example.org", "", 0, "", 0, None)
    envelope = Envelope("news@example.org", claimed.address, "weekly-1", "<1.a@example.org>")
    return Job(claimed, envelope, lambda _claimed, _envelope: message)


def done(crew: Crew, jobs: list[Job]) -> list[Done]:
    """Let a crew do all jobs."""
    found: list[Done] = []
    waiting = list(reversed(jobs))
    while crew.busy or waiting:
        while waiting and crew.room:
            crew.give(waiting.pop())
        found += crew.wait(1)
    return found


def names(found: list[Done]) -> list[tuple[str, str]]:
    return [(each.claimed.address.partition("@")[0], each.outcome.state if each.outcome else "") for each in found]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_session_that_stalls_stalls_no_other(authority: Authority, security: str) -> None:
    """While one waits for the reply to its dot, the other carries all the rest, over several connections."""
    server = Slow()
    jobs = [job(name) for name in ("first", "slow", *(f"other{number}" for number in range(OTHERS - 1)))]
    options = {} if security == "none" else tls_options(security, authority.server())
    with serving(server, options) as relay:
        secured = changed(relay, security=security, ca_file=authority.ca_file, per_connection=7)
        with Crew(Smtp(secured, connections=2)) as crew:
            found = names(done(crew, jobs))

    assert found[0] == ("first", "sent")
    assert sorted(found) == sorted((each.claimed.address.partition("@")[0], "sent") for each in jobs)
    assert [message.rcpt_tos for message in server.messages][-1] == ["slow@example.org"]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_more_than_the_system_holds_goes_through(authority: Authority, security: str) -> None:
    """Messages that leave in many pieces, several at the same time, arrive to the byte."""
    server = Server()
    options = {} if security == "none" else tls_options(security, authority.server())
    with serving(server, options) as relay:
        secured = changed(relay, security=security, ca_file=authority.ca_file)
        with Crew(Smtp(secured, connections=3)) as crew:
            found = names(done(crew, [job("first"), *(job(f"large{number}", LARGE) for number in range(3))]))

    assert [state for _, state in found] == ["sent"] * 4
    assert [message.original_content for message in server.messages] == [SMALL, LARGE, LARGE, LARGE]


def test_first_message_goes_alone() -> None:
    """Until it has shown that the relay lets us in, no other connection is tried; one that fails is the last."""
    with serving(Server()) as relay, Crew(Smtp(relay, connections=3)) as crew:
        before = crew.room
        crew.give(job("first"))
        meanwhile = crew.room
        while not crew.wait(1):
            pass
        after = crew.room

    assert (before, meanwhile, after) == (1, 0, 3)


def test_crew_is_lost_when_its_first_lane_is() -> None:
    """A refusal at the door is a reason to try none of the others, and costs its delivery nothing."""
    backend: Backend = Memory(DeliveryError("down"))
    with Crew(backend) as crew:
        found = done(crew, [job("first")])

    assert [(each.outcome, str(each.error)) for each in found] == [
        (Outcome("queued", reply="down", counts=False), "down")
    ]
    assert (crew.is_lost, crew.room) == (True, 0)


def test_certificate_that_fails_ends_the_crew(authority: Authority) -> None:
    """What goes wrong aside, on the way in, is the error of its job."""
    with serving(Server(), tls_options("tls", authority.server("mail.example.org"))) as relay:
        wrong = changed(relay, security="tls", ca_file=authority.ca_file)
        with Crew(Smtp(wrong, connections=3)) as crew:
            found = done(crew, [job("first")])

    assert [type(each.error) for each in found] == [DeliveryError]
    assert crew.is_lost
