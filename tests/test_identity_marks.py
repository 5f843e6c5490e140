"""Marks of texts, which stand in feeds.lock: their bytes never change."""

from hashlib import blake2b

from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.identity.marks import mark, opening


def plainly(body: str) -> str:
    """Mark an opening without haste: letters of 2,000 characters, 1,000 of their bytes."""
    folded = body[:2_000].casefold().encode(errors="replace")
    letters = bytes(byte for byte in folded if byte > 127 or chr(byte).isalnum())[:1_000]
    return blake2b(letters, digest_size=6).hexdigest() if len(letters) >= 16 else ""


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "B", " ", "\n", "ß", "É", "İ", "ΣΑΣ", "سلام", "漢", "한", "Ა", "\ud800", "-", "é9"])
    ),
    st.integers(1, 300),
)
@example(["سلام "], 500)
@example(["B "], 2_000)
def test_an_opening_is_marked_as_ever(pieces: list[str], times: int) -> None:
    """Whatever its script and length, a body has the mark of its first letters, small as Unicode folds them."""
    body = "".join(pieces) * times

    assert plainly(body) == opening(body)


def test_marks_are_those_in_lock_files() -> None:
    """The marks that stand in the lock files of today's blogs are made tomorrow as well."""
    assert ("0c07524cba9f", "4b222a9abb4c") == (mark("Hello, World"), opening("سلام عليكم ورحمة الله"))
