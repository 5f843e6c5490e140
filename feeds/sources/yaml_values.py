"""YAML as front matter needs it: text, lists and maps by `key_name`, straight from the parser's events.

Scalars stay as the author wrote them ("3.10", "no", "2017-02-29"): what they mean depends on the key. Tags are not
obeyed. Depth and size are bounded, since the C loader crashes the process on 20,000 open brackets and aliases can
make 200 bytes stand for a billion values. It also takes half the time of `yaml.load` (32 against 73 us).
"""

from typing import Any

import yaml

from feeds.sources.key_names import key_name
from feeds.sources.simple import NOTHING

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_MOST = 1_000_000  # values and characters, with aliases written out
_MERGE = "<<"


class YamlError(ValueError):
    """What we refuse and YAML would allow, and the 0-based line where it stands."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


class _Open:
    """A list or map that is being filled."""

    __slots__ = ("anchor", "before", "key", "value")

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value, self.anchor, self.before = value, anchor, before
        self.key: str | None = None


class Values:
    """The value of one YAML document, and the keys that come twice in a map, by 0-based line."""

    def __init__(self, text: str) -> None:
        """Read `text`. Raises YamlError and yaml.YAMLError."""
        self.value: Any = None
        self.repeated: dict[str, int] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._size = 0
        for event in yaml.parse(text, Loader=_LOADER):
            self._take(event)

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            is_nothing = event.implicit[0] and event.value in NOTHING
            self._put(None if is_nothing else event.value, event, event.anchor, 1 + len(event.value))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._check(len(self._open) < _DEEPEST, "it is nested too deeply", event)
            self._open.append(_Open({} if kind is yaml.MappingStartEvent else [], event.anchor, self._size))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            closed = self._open.pop()
            if isinstance(closed.value, dict):
                _merge(closed.value)
            self._put(closed.value, event, closed.anchor, self._size - closed.before + 1, is_counted=True)
        elif kind is yaml.AliasEvent:
            self._check(event.anchor in self._anchors, f"*{event.anchor} stands for nothing yet", event)
            value, size = self._anchors[event.anchor]
            self._put(value, event, None, size)

    def _put(self, value: Any, event: Any, anchor: str | None, size: int, *, is_counted: bool = False) -> None:
        """Put a value where it belongs; `size` counts it with all that is in it, aliases written out."""
        self._size += 1 if is_counted else size
        self._check(self._size <= _MOST, "it is too long, or its aliases stand for too much", event)
        if anchor:
            self._anchors[anchor] = value, size
        if not self._open:
            self.value = value
        elif isinstance(parent := self._open[-1].value, list):
            parent.append(value)
        else:
            self._put_in_map(self._open[-1], value, event)

    def _put_in_map(self, parent: _Open, value: Any, event: Any) -> None:
        if parent.key is None:
            parent.key = key_name(value)
            if parent.key in parent.value:
                self.repeated[parent.key] = event.start_mark.line
        else:
            parent.value[parent.key] = value
            parent.key = None

    @staticmethod
    def _check(is_fine: bool, what: str, event: Any) -> None:
        if not is_fine:
            raise YamlError(what, event.start_mark.line)


def _merge(value: dict[str, Any]) -> None:
    """Do as "<<" says: take over what other maps hold, below what this one says itself."""
    others = value.pop(_MERGE, None)
    for other in others if isinstance(others, list) else [others]:
        for key, inner in other.items() if isinstance(other, dict) else ():
            value.setdefault(key, inner)
