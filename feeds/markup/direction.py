"""Which way a language is written."""

import re
from typing import Literal

Direction = Literal["ltr", "rtl"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ISO 15924 codes of the scripts whose letters have the bidirectional class R or AL (Unicode Standard Annex 9).
_SCRIPTS = _words(
    "adlm arab aran armi avst chrs cprt elym gara hatr hebr hung khar lydi mand mani mend merc mero nagm narb nbat "
    "nkoo orkh ougr palm phli phlp phlv phnx prti rohg samr sarb sogd sogo syrc syre syrj syrn thaa todr yezi"
)
# Languages usually written in one of them (CLDR likely subtags), with the old codes iw and ji.
_LANGUAGES = _words(
    "abv aeb aec acm acq acw acx adf afb aii apc apd ar arc arq ars ary arz ayl ayn ayp azb bal bft bgn bgp bqi brh "
    "ckb cld dcc dv fa gbz gjk gju glk gwc haz hbo he hnd hno iw ji jpr jrb khw ks lah lki lrc luz mfa mid mvy "
    "myz mzn nqo ota pal pbt pbu pes phr pnb prd prs ps rhg rmt sam scl sd sdh shu skr sog ssh syc syr tks tru trw "
    "ug ur yhd yi yud"
)
# Where the region decides, since the language is mostly written otherwise elsewhere (CLDR likely subtags).
_PLACES = _words("az-iq az-ir ha-sd kk-af kk-cn kk-ir ku-iq ku-ir ky-cn pa-pk tk-ir uz-af")
_SINGLETON = re.compile(r"(?:^|-)[a-z0-9]-")
_SCRIPT = re.compile(r"-([a-z]{4})(?:-|$)")


def direction(language: str) -> Direction:
    """Tell the direction that a BCP 47 language tag is written in; a script subtag beats the language."""
    # What follows a subtag of one letter is an extension or private use: "ar-u-nu-latn" (RFC 5646 2.2.6).
    tag = _SINGLETON.split(language.lower().replace("_", "-"))[0]
    if script := _SCRIPT.search(tag):
        return "rtl" if script[1] in _SCRIPTS else "ltr"
    place = "-".join(tag.split("-")[:2])
    return "rtl" if place in _PLACES or tag.split("-")[0] in _LANGUAGES else "ltr"
