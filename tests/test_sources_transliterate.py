"""Names in ASCII are the letters that the engine's own library writes for them."""

import pytest

from feeds.sources.transliterate import by_deunicode, by_unidecode


@pytest.mark.parametrize(
    ("text", "python", "rust"),
    [
        ("plain ASCII!", "plain ASCII!", "plain ASCII!"),
        ("Æneid, œuvre, straße, Đặng", "AEneid, oeuvre, strasse, Dang", "AEneid, oeuvre, strasse, Dang"),
        ("Київ щастя", "Kiyiv shchastia", "Kiyiv shchastia"),
        ("объём", "ob'iom", "ob'iom"),
        ("إسلام", "'slm", "'slm"),
        ("כך", "KHKH", "kk"),
        ("シーチ", "shi-chi", "siti"),
        ("什么", "Shi Yao ", "Shen Me "),
        ("\u20c0", "", "[?]"),
    ],
)
def test_letters(text: str, python: str, rust: str) -> None:
    """Unidecode of Python and deunicode of Rust agree on most letters, and on these not."""
    assert (by_unidecode(text), by_deunicode(text)) == (python, rust)
