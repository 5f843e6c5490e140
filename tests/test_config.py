"""feeds.toml and the environment become settings, or one line that says what to mend."""

from pathlib import Path

import pytest

from feeds.config import Settings, keys, load, parse, secret
from feeds.errors import SettingsError
from feeds.mail.headers import mailbox
from feeds.model import Style

SITE = '[site]\nurl = "https://example.org"\ntitle = "مدونتي"\n'
STYLE = SITE + "[[newsletter]]\nname = 'w'\n[newsletter.style]\n"


def test_defaults() -> None:
    """Address and title are enough; the address gets its closing slash."""
    settings = parse(SITE)

    assert settings.site.url == "https://example.org/"
    assert settings.feeds.formats == ("rss", "atom", "json")
    assert settings.newsletter == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[site]\nurl = 'https://a.org/'", "site.title is missing; set it"),
        (SITE + "[feed]\n", "unknown key feed; did you mean feeds?"),
        (SITE + "lang = 'ar'", "unknown key site.lang; did you mean site.language?"),
        (SITE + "author = { nam = 'x' }", "unknown key site.author.nam; did you mean site.author.name?"),
        (SITE + "[mail]\nqqq = 1", "unknown key mail.qqq; known here: from, "),
        (SITE + "[feeds]\nlimit = 0", "feeds.limit = 0; expected a whole number >= 1"),
        (SITE + "[feeds]\nlimit = '3'", "feeds.limit = '3'; expected a whole number"),
        (SITE + "[feeds]\nlimit = true", "feeds.limit = true; expected a whole number"),
        (SITE + "[feeds]\narchive = 'yes'", "feeds.archive = 'yes'; expected true or false"),
        (SITE + "[posts]\nfolders = 'news'", "posts.folders = 'news'; expected a list"),
        (SITE + "[posts]\nfolders = []", "posts.folders = []; expected a list of length >= 1"),
        (SITE + "[mail.smtp]\nport = 99999", "mail.smtp.port = 99999; expected a whole number <= 65535"),
        (SITE + "[mail.smtp]\nrate = 'fast'", "mail.smtp.rate = 'fast'; expected something like '14/s'"),
        (
            SITE + "[mail.smtp.per_domain]\n'example.com' = '5'",
            "mail.smtp.per_domain.example.com = '5'; expected something like '14/s'",
        ),
        (SITE + "[store]\nurl = 'feeds.db'", "store.url = 'feeds.db'; expected something like 'sqlite:///feeds.db'"),
        (SITE + "[newsletter]\nname = 'w'", "[newsletter] is no list; write [[newsletter]]: there may be several"),
        (
            SITE + "[[newsletter]]\nname = 'W w'",
            "newsletter[0].name = 'W w'; expected a text in quotes of a-z, 0-9 and -",
        ),
        (SITE + "[feeds]\ncontent = 'both'", 'feeds.content = \'both\'; expected "full" or "summary"'),
        (SITE + "[feeds]\nformats = ['rss', 'jsn']", 'feeds.formats[1] = \'jsn\'; expected "rss" or "atom" or "json"'),
        (SITE + "[feeds]\nformats = 'rss'", 'feeds.formats = \'rss\'; expected a list of "rss" or "atom" or "json"'),
        (SITE + "[feeds]\nformats = []", 'feeds.formats = []; expected a list of "rss" or "atom" or "json"'),
        (SITE + "[feeds]\nhub = 'hub'", "feeds.hub = 'hub'; expected something like 'https://hub.example.org/'"),
        (SITE + '[feeds]\nout = "a\\u0000"', r"feeds.out = 'a\x00'; expected something like 'public'"),
        (SITE + "[mail]\nwarm_up = 'soon'", "mail.warm_up = 'soon'; expected a date like 2026-11-23"),
        (SITE + "[mail]\nfrom = 'news'", "mail.from = 'news'; expected something like 'The Daily <news@example.org>'"),
        (SITE + "[mail]\nfrom = 'a@b <news@>'", "mail.from = 'a@b <news@>'; expected something like 'The Daily <"),
        (SITE + "[mail]\nreply_to = '@example.org'", "mail.reply_to = '@example.org'; expected something like"),
        (SITE + "timezone = 'Mars'", "site.timezone = 'Mars'; expected something like 'Africa/Algiers'"),
        (SITE + "language = 'عربي'", "site.language = 'عربي'; expected something like 'pt-BR'"),
        (SITE + "language = 'arabic'", "site.language = 'arabic'; expected something like 'pt-BR'"),
        (SITE.replace("https://example.org", "/blog"), "site.url = '/blog'; expected something like"),
        (
            SITE.replace("example.org", "localhost:99999"),
            "site.url = 'https://localhost:99999'; expected something like",
        ),
        (SITE.replace("example.org", "[::1"), "site.url = 'https://[::1'; expected something like"),
        (SITE.replace("example.org", "me:word@a.org"), "site.url = 'https://me:word@a.org'; expected something like"),
        (SITE.replace("مدونتي", " "), "site.title = ' '; expected something like 'My site'"),
        (SITE + "author.email = 'x'", "site.author.email = 'x'; expected something like 'layla@example.org'"),
        (SITE + "author.url = 'x'", "site.author.url = 'x'; expected something like 'https://example.org/about'"),
        (SITE + "[podcast.owner]\nemail = 'x'", "podcast.owner.email = 'x'; expected something like 'layla@"),
        (SITE + "[[newsletter]]\nname = 'w'\ncadense = 'x'", "unknown key newsletter[0].cadense; did you mean"),
        (SITE + "[[newsletter]]\nname = 'w'\ncadence = 'soon'", 'newsletter[0].cadence: "soon" is no cadence: '),
        (SITE + "[[newsletter]]\nname = 'w'\noffer = ['9 am']", 'newsletter[0].offer: "9 am" is no cadence: '),
        (SITE + "[[newsletter]]\nname = 'w'\n[[newsletter]]\nname = 'w'", "two newsletters are named 'w'"),
        (
            STYLE + "acent = '#000000'",
            "unknown key newsletter[0].style.acent; did you mean newsletter[0].style.accent?",
        ),
        (STYLE + "accent = 'green'", "newsletter[0].style.accent = 'green'; expected something like '#0f5b4c'"),
        (
            STYLE + "accent = '#ff8800'",
            "newsletter[0].style.accent = '#ff8800' has a contrast of 2.3:1 to its ground #fffdf9; letters need 4.5:1, "
            "which '#b35f00' has",
        ),
        (
            STYLE + "accent_in_dark = '#0f5b4c'",
            "newsletter[0].style.accent_in_dark = '#0f5b4c' has a contrast of 2.1:1",
        ),
        (
            STYLE + "logo = 'data:image/png;base64,'",
            "newsletter[0].style.logo = 'data:image/png;base64,'; expected a PNG",
        ),
        (STYLE + "logo = 'logo.SVG'", "newsletter[0].style.logo = 'logo.SVG'; expected a PNG, JPEG or GIF"),
        (
            STYLE + "fonts = 'comic'",
            'newsletter[0].style.fonts = \'comic\'; expected "auto" or "serif" or "sans" or a list',
        ),
        (STYLE + "fonts = ['Vazirmatn', 'a;b']", "newsletter[0].style.fonts[1] = 'a;b'; expected the name of a font"),
        ("[site", "not TOML: "),
    ],
)
def test_what_is_wrong_is_one_line(text: str, line: str) -> None:
    """A wrong key or value is named by its dotted path, with what was expected."""
    with pytest.raises(SettingsError) as caught:
        parse(text, "blog/feeds.toml")

    assert str(caught.value).startswith(f"blog/feeds.toml: {line}")
    assert "\n" not in str(caught.value)


def test_a_newsletter_has_a_style_of_its_own() -> None:
    """The logo may be an address or a path of the site, in any script; fonts may be named."""
    text = "logo = 'صور/شعار الموقع.png'\naccent = '#B3261E'\nfonts = ['Noto Kufi Arabic', 'Vazirmatn']"

    style = parse(STYLE + text).newsletter[0].style

    assert Style("صور/شعار الموقع.png", "#B3261E", fonts=("Noto Kufi Arabic", "Vazirmatn")) == style
    assert Style() == parse(SITE + "[[newsletter]]\nname = 'w'").newsletter[0].style


def test_load_reads_the_site_folder(tmp_path: Path) -> None:
    """The file may begin with a byte order mark; the settings remember their folder."""
    (tmp_path / "feeds.toml").write_text("\ufeff" + SITE, "utf-8")

    assert load(tmp_path).root == tmp_path


def test_settings_that_are_not_utf8(tmp_path: Path) -> None:
    """The line is named, as an editor counts."""
    (tmp_path / "feeds.toml").write_bytes('[site]\ntitle = "مدوّنة"\n'.encode("windows-1256"))

    with pytest.raises(SettingsError, match=r"feeds\.toml:2: it is not UTF-8; save it as UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize(
    "sender", ["", "news@example.org", "مدونتي <news@مثال.إختبار>", '"a < b" <news@example.org>', "<n@x> "]
)
def test_sender_with_an_address_is_taken(sender: str) -> None:
    """What a mail can show is not refused; an empty one is no newsletter's yet."""
    mail = parse(f"{SITE}[mail]\nfrom = '{sender}'").mail

    assert mail.sender == sender
    if sender:
        assert "@" in mailbox(mail.sender, "mail.from").address


def test_no_settings(tmp_path: Path) -> None:
    """Without feeds.toml the line says which command makes one."""
    with pytest.raises(SettingsError, match="feeds init"):
        load(tmp_path)


def test_secret_from_file_wins(tmp_path: Path) -> None:
    """NAME_FILE is for secrets that a service manager hands over as files."""
    path = tmp_path / "secret"
    path.write_text("from file\n")

    assert secret("FEEDS_SECRET", {"FEEDS_SECRET": "plain"}) == "plain"
    assert secret("FEEDS_SECRET", {"FEEDS_SECRET": "plain", "FEEDS_SECRET_FILE": str(path)}) == "from file"
    assert secret("FEEDS_SECRET", {}) == ""


def test_unreadable_secret_is_named(tmp_path: Path) -> None:
    """A secret file that is not there is a wrong setting, not an empty secret; one sentence names it once."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")

    for path, said in (
        ("/nowhere", "No such file or directory; make it readable for this user"),
        (str(binary), "it is not UTF-8; save it as UTF-8"),
        ("/dev/null", "it is empty; write the secret into it"),
    ):
        with pytest.raises(SettingsError) as caught:
            secret("FEEDS_SECRET", {"FEEDS_SECRET_FILE": path})
        assert str(caught.value) == f"FEEDS_SECRET_FILE={path}: {said}"


def test_every_key_is_described() -> None:
    """The reference page has a sentence for every key."""
    assert [dotted for dotted, _, _, description in keys(Settings) if not description] == []
