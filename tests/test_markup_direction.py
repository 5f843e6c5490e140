"""`direction`: which way a language is written."""

import pytest

from feeds.markup import direction

RIGHT_TO_LEFT = "ar ar-DZ AR_dz fa he iw ur ps sd ug yi dv ckb syc arc nqo rhg ks pa-PK"


@pytest.mark.parametrize("language", RIGHT_TO_LEFT.split())
def test_right_to_left(language: str) -> None:
    """Languages of Arabic, Hebrew, Syriac, Thaana and N'Ko letters run from right to left."""
    assert direction(language) == "rtl"


@pytest.mark.parametrize("language", ["en", "pt-BR", "ku", "az", "pa", "zh-Hant-TW", "tzm", "x-arab", ""])
def test_left_to_right(language: str) -> None:
    """All others, and what says nothing, run from left to right."""
    assert direction(language) == "ltr"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("az-Arab", "rtl"), ("ku-Latn", "ltr"), ("ar-Latn-DZ", "ltr"), ("ff-Adlm-GN", "rtl"), ("ar-u-nu-latn", "rtl")],
)
def test_script(language: str, expected: str) -> None:
    """A script subtag beats the language; one inside an extension is none."""
    assert expected == direction(language)
