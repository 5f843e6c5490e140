"""Which dialect the posts of a site are written in."""

from pathlib import Path

from msgspec.structs import replace

from feeds import sources
from feeds.collect.sight import Sight
from feeds.config import FILE_NAME
from feeds.errors import SettingsError
from feeds.sources import ENGINES, Dialect
from feeds.sources.permalink import unknown


def choose_dialect(folder: Path, engine: str, permalink: str, sight: Sight | None = None) -> Dialect:
    """Take the dialect of an engine ("auto": as the site's folder shows) with a permalink. Raises SettingsError."""
    if engine == "auto":
        engine = sources.recognise((sight or Sight(folder)).look)
    if engine not in ENGINES:
        known = ", ".join(["auto", *ENGINES])
        raise SettingsError(f"posts.engine = {engine!r}", f"expected one of {known}", FILE_NAME)
    dialect = ENGINES[engine]
    if not permalink:
        return dialect
    permalink = dialect.tokens(permalink)
    strange = unknown(permalink, dialect.names)
    if strange or (":" not in permalink and permalink not in dialect.styles):
        styles = f"one of {', '.join(sorted(dialect.styles))} or " if dialect.styles else ""
        known = ", ".join([*(f":{name}" for name in sorted(dialect.names)), "parts of the date"])
        what = f"posts.permalink = {permalink!r}" + (f" has {strange[0]}" if strange else "")
        raise SettingsError(what, f"expected {styles}a pattern of {known}", FILE_NAME)
    return replace(dialect, permalink=permalink)
