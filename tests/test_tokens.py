"""What signed links promise."""

import hmac
import random
import re
from base64 import urlsafe_b64encode
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import SettingsError
from feeds.tokens import LENGTH, Claim, mac, sign, sign_address, verify, verify_address

SECRETS = ["0123456789abcdef0123456789abcdef"]
CLAIM = Claim("unsubscribe:weekly", 7, 3)
claims = st.builds(
    Claim,
    st.sampled_from(["unsubscribe:weekly", "preferences", "confirm"]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
)


@given(claims)
@settings(max_examples=100, deadline=None)
def test_a_token_gives_its_claim_back(claim: Claim) -> None:
    """What was signed is what is verified, from 33 characters that need no quoting in a URL."""
    token = sign(claim, SECRETS)

    assert re.fullmatch(rf"[A-Za-z0-9_-]{{{LENGTH}}}", token)
    assert claim == verify(token, ["unsubscribe:weekly", "preferences", "confirm"], SECRETS)


def test_a_link_stays_within_sixty_characters() -> None:
    """Mail programs and header writers mangle what is longer."""
    assert len("https://news.example.org/u/" + sign(CLAIM, SECRETS)) <= 60


def test_the_same_claim_gives_the_same_token() -> None:
    """Nothing is stored, so a token made again years later is the same."""
    assert sign(CLAIM, SECRETS) == sign(CLAIM, SECRETS)


def test_a_link_of_an_old_mail_stays_good() -> None:
    """Whatever becomes of this program, it signs and takes the tokens that it always did."""
    token = "4A0Nvwn6eziZaC2yKzm4ES71Y0OVA5OZE"

    assert (token, CLAIM) == (sign(CLAIM, SECRETS), verify(token, ["unsubscribe:weekly"], SECRETS))


def test_a_token_serves_one_purpose() -> None:
    """The unsubscribe link of one newsletter neither confirms nor ends another."""
    token = sign(CLAIM, SECRETS)

    assert verify(token, ["confirm", "unsubscribe:daily", "unsubscribe"], SECRETS) is None


def test_a_new_secret_keeps_old_links_alive() -> None:
    """With the new secret put in front of the old one, both sign."""
    old = sign(CLAIM, SECRETS)
    both = ["fedcba9876543210fedcba9876543210", *SECRETS]

    assert [CLAIM, CLAIM] == [verify(token, ["unsubscribe:weekly"], both) for token in (old, sign(CLAIM, both))]
    assert verify(sign(CLAIM, both), ["unsubscribe:weekly"], SECRETS) is None


@given(st.integers(0, LENGTH - 1), st.sampled_from("Aaz09-_+= é\0"))
@settings(max_examples=60, deadline=None)
def test_a_changed_token_is_worthless(place: int, character: str) -> None:
    """Any other character in any place makes it nobody's."""
    token = sign(CLAIM, SECRETS)
    changed = token[:place] + character + token[place + 1 :]

    assert (CLAIM if changed == token else None) == verify(changed, ["unsubscribe:weekly"], SECRETS)


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    """Whatever a stranger puts into a link is refused without an exception."""
    assert verify(text, ["unsubscribe:weekly"], SECRETS) is None


def test_no_guess_of_ten_thousand_is_worth_anything() -> None:
    """Each is compared as a whole, so that none tells by its time how near it came."""
    chance = random.Random(7)
    mark = sign(CLAIM, SECRETS)[0]  # else a guess is put aside unread
    guesses = [mark + urlsafe_b64encode(chance.randbytes(24)).decode() for _ in range(10_000)]

    with mock.patch("hmac.compare_digest", wraps=hmac.compare_digest) as compared:
        assert not any(verify(guess, ["unsubscribe:weekly"], SECRETS) for guess in guesses)
    assert compared.call_count == len(guesses)


def test_tokens_do_not_count_subscribers() -> None:
    """Tokens of neighbours have nothing in common but the mark of their secret."""
    first, second = (sign(Claim("unsubscribe:weekly", number), SECRETS) for number in (1, 2))

    assert sum(left == right for left, right in zip(first[1:], second[1:], strict=True)) < 8


@pytest.mark.parametrize("secrets", [[], [""], ["short"]])
def test_a_short_secret_is_refused(secrets: list[str]) -> None:
    """The error says how to make one."""
    with pytest.raises(SettingsError, match="openssl rand -hex 32"):
        sign(CLAIM, secrets)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=100, deadline=None)
def test_an_address_gives_its_delivery_back(issue: int, subscriber: int, shouts: bool) -> None:
    """From letters that fit a local part (RFC 5321 4.5.3.1.1) and outlive a change of case."""
    token = sign_address(issue, subscriber, SECRETS)

    assert re.fullmatch(r"[a-z2-7]{40}", token)
    assert verify_address(token.upper() if shouts else token, SECRETS) == (issue, subscriber)
    assert verify_address(token, ["another secret of sufficient length"]) is None


@pytest.mark.parametrize("token", ["", "a" * 40, "1" * 40, "é" * 40, sign_address(1, 2, SECRETS)[:-1] + "é"])
def test_a_forged_address_is_refused(token: str) -> None:
    """Nobody can make others' messages bounce."""
    assert verify_address(token, SECRETS) is None


def test_each_letter_of_an_address_counts() -> None:
    """Change one and it is worthless."""
    token = sign_address(1, 2, SECRETS)
    changed = [token[:at] + ("a" if letter != "a" else "b") + token[at + 1 :] for at, letter in enumerate(token)]

    assert {verify_address(each, SECRETS) for each in changed} == {None}


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_a_mac_is_that_of_the_standard_library(secret: str, message: bytes) -> None:
    """Whatever the length of the key: RFC 2104 hashes one that is longer than a block."""
    assert hmac.digest(secret.encode(), message, "sha256") == mac(secret, message)
