"""Tell the hub which feeds have changed since it was last told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import output, websub
from feeds.config import Settings
from feeds.errors import OutputError
from feeds.formats.places import path_of
from feeds.model import Feed, Problem

# What the hub knows: address of a feed -> digest of its file. Not what it does not: so nothing is forgotten when a
# process is killed between writing a feed and telling, and when this file is lost, each feed is told once more.
TOLD = ".feeds/told.json"


class Told(Struct, frozen=True):
    """What came of telling the hub."""

    topics: tuple[str, ...] = ()  # it knows of these now
    problems: tuple[Problem, ...] = ()  # these it does not; the next time tries again


def announce(settings: Settings, feeds: Sequence[Feed], now: datetime) -> Told:
    """Ping the hub once for each of `feeds` whose file it was not told of; nothing without a hub.

    A hub that does not answer is not asked again this time.
    """
    if not settings.feeds.hub:
        return Told()
    path, told = settings.root / TOLD, Told()
    try:
        before, files = _read(path), _digests(settings, feeds)
        known = {topic: digest for topic, digest in files.items() if before.get(topic) == digest}
        told = _ping(settings.feeds.hub, [topic for topic in files if topic not in known])
        known |= {topic: files[topic] for topic in told.topics}
        if known != before:
            output.write(path, msgspec.json.format(msgspec.json.encode(known, order="sorted")) + b"\n", now)
    except OutputError as error:  # no reason to stop what comes after: mail, and the next build
        return replace(told, problems=(*told.problems, Problem(error.where, 0, error.what, error.mend)))
    return told


def ping(settings: Settings, topics: Iterable[str]) -> Told:
    """Ping the hub for these addresses, whatever it was told."""
    return _ping(settings.feeds.hub, topics)


def _ping(hub: str, topics: Iterable[str]) -> Told:
    pinged, problems, waiting = [], [], list(topics)
    while waiting:
        topic = waiting.pop(0)
        failure, answered = websub.ping(hub, topic)
        if not failure:
            pinged.append(topic)
            continue
        others = "" if answered or not waiting else f", and {len(waiting)} other feeds wait with it"
        problems.append(Problem(topic, 0, f"the hub was not told: {failure}{others}", "the next run tries again"))
        if not answered:
            break
    return Told(tuple(pinged), tuple(problems))


def _digests(settings: Settings, feeds: Sequence[Feed]) -> dict[str, str]:
    out = settings.root / settings.feeds.out
    paths = {url: out / path_of(feed, name) for feed in feeds for name, url in feed.urls.items()}
    return {url: sha256(data).hexdigest()[:32] for url, path in paths.items() if (data := output.read(path))}


def _read(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(output.read(path) or b"{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}
