"""What readers are told of time, in their language."""

from pathlib import Path

import pytest

from feeds.digest.wording import often, own_name, page_words, voice
from feeds.templating import environment

OURS = environment(Path("/nowhere"))


@pytest.mark.parametrize(
    ("language", "cadence", "said"),
    [
        ("en", "weekly on monday, friday at 08:00", "Weekly · Monday and Friday · 8:00\u202fAM"),
        ("de", "daily at 19:30", "Täglich · 19:30"),
        ("ar", "weekly on monday at 08:00", "كل أسبوع · الاثنين · 8:00 ص"),
        ("fa", "monthly on 15, last at 09:00", "هر ماه · ۱۵ و روز آخر · ۹:۰۰"),
        ("ja", "on publish", "新しい記事のたびに"),
        ("fr", "30 7 * * 1-5", "30 7 * * 1-5"),
        ("xx", "daily at 08:00", "Every day · 8:00\u202fAM"),
    ],
)
def test_cadence_is_told_in_words(language: str, cadence: str, said: str) -> None:
    """With the days, the digits and the clock of the language; a cron line stays what it is."""
    found = often(cadence, page_words(OURS, language), voice(OURS, language))

    assert found.replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(("language", "name"), [("ar", "العربية"), ("fr", "français"), ("zh", "中文"), ("xx", "xx")])
def test_language_has_the_name_that_its_speakers_give_it(language: str, name: str) -> None:
    """Or its tag."""
    assert own_name(language) == name


@pytest.mark.parametrize("language", ["zh-hant-tw", "ZH-HANT-TW", "zh-Hant-TW"])
def test_tag_in_any_case_is_one_language(language: str, tmp_path: Path) -> None:
    """RFC 5646 2.1.1 writes scripts and regions with capitals, lists of readers whole tags; ours and the site's."""
    folder = tmp_path / "templates/wording"
    folder.mkdir(parents=True)
    (folder / "zh-Hant-TW.toml").write_text('unsubscribe = "取消訂閱"', "utf-8")
    found = voice(environment(tmp_path), language)

    assert (found.language, found.wording_language, found.wording.unsubscribe) == (*["zh-Hant-TW"] * 2, "取消訂閱")
    assert voice(OURS, language) == voice(OURS, "zh-Hant-TW")
