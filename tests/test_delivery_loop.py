"""Several deeds in one thread: each goes on when it can, and none holds up another."""

import math
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.delivery.loop import EVENT_READ, EVENT_WRITE, Loop, Steps, Wait, aside, finished

FOR_LONG = 60.0


@pytest.fixture
def loop() -> Iterator[Loop[object]]:
    """Give a loop."""
    opened = Loop[object]()
    yield opened
    opened.close()


def heard(ear: socket.socket, count: int = 1, seconds: float = FOR_LONG) -> Steps[object]:
    """Listen so often; return what was heard."""
    said = b""
    for _ in range(count):
        yield Wait(ear, EVENT_READ, seconds)
        said += ear.recv(1)
    return said


def given_up(ear: socket.socket) -> Steps[object]:
    """Listen in vain."""
    try:
        return (yield from heard(ear, seconds=0))
    except TimeoutError as error:
        return str(error)


def closed_and_opened(ears: list[socket.socket]) -> Steps[object]:
    """Listen to one after the other, each closed before the next is made: the system gives them the same number."""
    said = b""
    for _ in range(3):
        mouth, ear = socket.socketpair()
        ears.append(ear)
        with mouth, ear:
            mouth.send(b"x")
            said += bytes((yield from heard(ear)))  # type: ignore[call-overload]
    return said


def test_what_needs_not_wait_is_done_at_once(loop: Loop[object]) -> None:
    """As soon as it begins."""

    def deed() -> Steps[object]:
        yield from ()
        return "done"

    loop.begin(deed())

    assert loop.wait(1, 0) == ["done"]


def test_who_waits_holds_up_nobody(loop: Loop[object]) -> None:
    """One hears nothing for ever; the others are done, in the order in which they can be."""
    pairs = [socket.socketpair() for _ in range(3)]
    for _, ear in pairs:
        loop.begin(heard(ear))
    pairs[2][0].send(b"c")
    first = loop.wait(1, FOR_LONG)
    pairs[0][0].send(b"a")
    second = loop.wait(1, FOR_LONG)

    assert (first, second, loop.wait(1, 0)) == ([b"c"], [b"a"], [])
    for pair in pairs:
        for end in pair:
            end.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=20))
def test_every_deed_hears_its_own(order: list[int]) -> None:
    """Whoever speaks, in whatever order."""
    loop, pairs = Loop[object](), [socket.socketpair() for _ in range(4)]
    for number, (_, ear) in enumerate(pairs):
        loop.begin(heard(ear, order.count(number)))
    for number in order:
        pairs[number][0].send(str(number).encode())
    found = loop.wait(4, FOR_LONG)
    loop.close()

    assert sorted(map(str, found)) == sorted(str(str(number).encode() * order.count(number)) for number in range(4))
    for pair in pairs:
        for end in pair:
            end.close()


def test_who_has_waited_for_too_long_is_told(loop: Loop[object]) -> None:
    """Where it stands, so that it knows what is in doubt; the others wait on."""
    mouth, ear = socket.socketpair()
    other, patient = socket.socketpair()
    with mouth, ear, other, patient:
        loop.begin(given_up(ear))
        loop.begin(heard(patient))
        late = loop.wait(1, FOR_LONG)
        other.send(b"x")

        assert (late, loop.wait(1, FOR_LONG)) == (["timed out"], [b"x"])


def test_numbers_of_sockets_are_given_anew(loop: Loop[object]) -> None:
    """A connection that was closed and another that took its number are not mixed up."""
    ears: list[socket.socket] = []
    for _ in range(4):
        loop.begin(closed_and_opened(ears))

    assert loop.wait(4, FOR_LONG) == [b"xxx"] * 4
    assert len(ears) == 12


def test_hanging_up_between_two_deeds_harms_neither(loop: Loop[object]) -> None:
    """As a relay does that waits for too long: nobody is woken by it, and the next deed there learns of it."""
    mouth, ear = socket.socketpair()
    with ear:
        with mouth:
            mouth.send(b"x")
            loop.begin(heard(ear))
            first = loop.wait(1, FOR_LONG)
        nothing = loop.wait(1, 0.001)
        loop.begin(heard(ear))

        assert (first, nothing, loop.wait(1, FOR_LONG)) == ([b"x"], [], [b""])


def test_reading_and_writing_take_turns(loop: Loop[object]) -> None:
    """More than the system holds goes through, to somebody who reads it in the same loop."""
    mouth, ear = socket.socketpair()
    mouth.setblocking(False)
    ear.setblocking(False)
    data = bytes(range(256)) * 8192

    def speak() -> Steps[object]:
        rest = memoryview(data)
        while rest:
            yield Wait(mouth, EVENT_WRITE, FOR_LONG)
            rest = rest[mouth.send(rest) :]
        mouth.close()
        return "said"

    def listen() -> Steps[object]:
        chunks: list[bytes] = []
        while True:
            yield Wait(ear, EVENT_READ, FOR_LONG)
            if not (chunk := ear.recv(1 << 16)):
                return b"".join(chunks)
            chunks.append(chunk)

    loop.begin(speak())
    loop.begin(listen())

    assert loop.wait(2, FOR_LONG) == ["said", data]
    ear.close()


def test_what_blocks_is_done_aside(loop: Loop[object]) -> None:
    """The others go on meanwhile, and it ends with what came of it."""
    waited_for = threading.Event()
    mouth, ear = socket.socketpair()
    with mouth, ear:
        loop.begin(aside(lambda: waited_for.wait(FOR_LONG)))
        loop.begin(heard(ear))
        mouth.send(b"x")
        other = loop.wait(1, FOR_LONG)
        waited_for.set()

        assert (other, loop.wait(1, FOR_LONG)) == ([b"x"], [True])


def test_what_is_raised_aside_is_raised_here() -> None:
    """By the deed that wanted it."""
    with pytest.raises(ZeroDivisionError):
        finished(aside(lambda: 1 / 0))


def test_one_deed_can_be_waited_for() -> None:
    """From beginning to end."""
    mouth, ear = socket.socketpair()
    with mouth, ear:
        mouth.send(b"abc")

        assert finished(heard(ear, 3, math.inf)) == b"abc"
