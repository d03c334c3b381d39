"""Stand-ins: their shapes, their marks, what they tell of the secret."""

import base64
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_jwt import IS_JWT
from truemirror.core.mirror.redaction_shapes import is_number, is_uuid
from truemirror.core.mirror.standin import (
    ONCE_STAND_IN,
    credential_class,
    is_stand_in,
    issued_stand_in,
    stand_in,
    stand_in_authorization,
)
from truemirror.core.wire.headers import Headers

UUID = "123e4567-e89b-42d3-a456-426614174000"
SECRETS = ["hunter2", "tok_8fG3kLz9QwErTy12uIoPaSdF", UUID, "1234", "deadbeefcafe0123", "pässwörd 9", "x"]


def token(claims: dict[str, object], head: dict[str, object] | None = None) -> str:
    """A JSON Web Token."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (head or {"alg": "HS256"}, claims)]
    first, second = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return f"{first}.{second}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"


def claims_of(text: str) -> dict[str, object]:
    """What a token says."""
    said: dict[str, object] = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
    return said


@given(st.text(min_size=1))
def test_a_stand_in_is_its_own_stand_in(secret: str) -> None:
    """A stand-in is recognised as one and stays as it is, whichever way it was made."""
    for made in (stand_in(secret), issued_stand_in(secret, "one 1")):
        assert is_stand_in(made)
        assert stand_in(made) == issued_stand_in(made, "two 2") == made


@given(st.text(min_size=1))
def test_a_stand_in_needs_no_escapes(secret: str) -> None:
    """A stand-in can be written into JSON, a query or markup as it is."""
    assert set(stand_in(secret)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_stand_in_does_not_say_the_secret(secret: str) -> None:
    """Neither kind of stand-in contains the secret, except by chance a single letter."""
    assert len(secret) == 1 or (secret not in stand_in(secret) and secret not in issued_stand_in(secret, "one 1"))


def test_shapes_are_kept() -> None:
    """UUIDs, numbers, hexadecimal and well-known prefixes are still what they were, so that clients accept them."""
    assert is_uuid(stand_in(UUID))
    assert is_number(stand_in("1234"))
    assert is_number(stand_in("-12.5e3"))
    assert len(stand_in("4111111111111111")) == 16
    assert int(stand_in("deadbeefcafe0123"), 16)
    assert len(stand_in("deadbeefcafe0123")) == 16
    assert stand_in("sk_live_4eC39HqLyjWDarjtT1zdp7dc").startswith("sk_live_")
    assert len(stand_in("ghp_16C7e42F292c6912E7710c838347Ae178B4a")) == 40


def test_a_prefix_that_may_be_part_of_the_secret_is_not_kept() -> None:
    """Only beginnings that say the kind of token stay; the first word of a password does not."""
    assert "summer" not in stand_in("summer-Winter2025").lower()


def test_brought_and_issued_differ() -> None:
    """The same text has another stand-in when a client brought it than when the service handed it out."""
    assert stand_in("tok_8fG3kLz9QwErTy12") != issued_stand_in("tok_8fG3kLz9QwErTy12", "one 1")


def test_an_issued_stand_in_depends_on_its_place_only() -> None:
    """Another token of the same shape at the same place gets the same stand-in; at another place it gets another."""
    one, other = "tok_8fG3kLz9QwErTy12uIoPaSdF", "tok_ZZG3kLz9QwErTy12uIoPaSdF"
    assert issued_stand_in(one, "s 1") == issued_stand_in(other, "s 1")
    assert issued_stand_in(one, "s 1") != issued_stand_in(one, "s 2")
    assert issued_stand_in(one, "s 1") != issued_stand_in(one, "t 1")


def test_a_guessable_secret_leaves_few_bits_behind() -> None:
    """Of 20,000 passwords that one could guess, several share each stand-in, so none of them can be confirmed."""
    shared = Counter(stand_in(f"summer{number}") for number in range(20_000))
    assert len(shared) <= 4_096
    assert sum(1 for count in shared.values() if count > 1) > 3_500


def test_keys_that_nobody_could_guess_do_not_collide() -> None:
    """Random tokens keep apart, however many there are."""
    keys = [f"tok_{number * 0x9E3779B97F4A7C15 % 2**128:032x}Zq" for number in range(1, 20_000)]
    assert len({stand_in(key) for key in keys}) == len(set(keys))


def test_a_token_stays_readable() -> None:
    """A client still reads who a JSON Web Token is for and when it ends; what tells the token itself is gone."""
    made = stand_in(
        token({"sub": "u42", "exp": 1900000000, "jti": "9f86d081", "scope": "crm:read", "deep": {"pin": "1234"}})
    )
    said = claims_of(made)
    assert IS_JWT.match(made)
    assert is_stand_in(made)
    assert (said["sub"], said["exp"], said["scope"]) == ("u42", 1900000000, "crm:read")
    assert is_stand_in(str(said["jti"]))
    assert is_stand_in(str(said["deep"]["pin"]))


def test_an_issued_token_does_not_expire() -> None:
    """A token that the mirror hands out has fixed times, so that it is the same each time and stays valid."""
    one = token({"sub": "u42", "iat": 1800000000, "exp": 1800003600, "jti": "a1b2c3d4"})
    other = token({"sub": "u42", "iat": 1800009999, "exp": 1800013599, "jti": "e5f6a7b8"})
    made = issued_stand_in(one, "s 1")
    assert made == issued_stand_in(other, "s 1")
    assert claims_of(made)["exp"] == 4102444800


def test_what_tells_a_token_itself_is_replaced_whatever_it_looks_like() -> None:
    """A token's own id goes even where it is a UUID, which stays in all other claims."""
    said = claims_of(stand_in(token({"jti": UUID, "tenant": UUID, "device": UUID})))
    assert is_stand_in(str(said["jti"]))
    assert (said["tenant"], said["device"]) == (UUID, UUID)


def test_a_secret_in_a_claim_is_hidden() -> None:
    """A claim of no public name that could hide a secret has a stand-in."""
    said = claims_of(stand_in(token({"memo": "hunter2-hunter2", "note": "plain words only", "at": "2026-11-22"})))
    assert is_stand_in(str(said["memo"]))
    assert (said["note"], said["at"]) == ("plain words only", "2026-11-22")


def test_what_only_looks_like_a_token_is_replaced_as_a_whole() -> None:
    """Where the parts are no JSON, nothing of them stays."""
    made = stand_in("eyJub25zZW5zZQ.eyJub25zZW5zZQ.c2lnbmF0dXJl")
    assert is_stand_in(made)
    assert "eyJ" not in made


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Bearer tok_8fG3kLz9QwErTy12", "Bearer tok_"),
        ("Basic YW5uYTpodW50ZXIy", "Basic YW5uYT"),
        ("Token abc", "Token "),
        ('Digest username="anna", nonce="abc", response="0f3a", uri="/x"', 'Digest username="anna", nonce="'),
        ("Negotiate YIIZKQYGKwYBBQUC", "Negotiate "),
    ],
)
def test_an_authorization_keeps_its_scheme(value: str, kept: str) -> None:
    """The scheme, and what is public besides, can still be read."""
    made = stand_in_authorization(value)
    assert made.startswith(kept)
    assert made != value
    assert stand_in_authorization(made) == made


def test_basic_keeps_the_user() -> None:
    """Of Basic credentials the user's name stays and the password goes; a key in place of a name goes, too."""
    made = base64.b64decode(stand_in_authorization("Basic " + base64.b64encode(b"anna:hunter2").decode()).split()[1])
    assert made.startswith(b"anna:7e57ab1e")
    key = base64.b64decode(stand_in_authorization("Basic " + base64.b64encode(b"s3cr3tK3y9fQx2:").decode()).split()[1])
    assert key.startswith(b"7e57ab1e")
    assert key.endswith(b":")


def test_what_no_later_request_can_repeat_is_the_same_for_all() -> None:
    """Signatures and client nonces are one constant, so that a replay recognises the next one."""
    digest = 'Digest username="anna", realm="r", nonce="{0}", uri="/", response="{0}", nc=0000000{1}, cnonce="{0}"'
    one = stand_in_authorization(digest.format("aa11", 1))
    assert one == stand_in_authorization(digest.format("bb22", 2))
    assert one.count(ONCE_STAND_IN) == 4
    aws = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{}/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature={}"
    assert stand_in_authorization(aws.format("20261122", "ab")) == stand_in_authorization(aws.format("20261123", "cd"))


@pytest.mark.parametrize(
    "value", ["", " ", "Bearer", "Bearer ", "Basic", "Basic ", "Basic !!!", "Basic Og==", "Digest", "a b c"]
)
def test_odd_authorizations_are_no_obstacle(value: str) -> None:
    """Whatever a client sends has a stand-in that is its own."""
    made = stand_in_authorization(value)
    assert stand_in_authorization(made) == made


def test_credentials_say_who_asks() -> None:
    """Credentials count by their stand-ins, cookies that are none by what they say, in order of names."""
    headers = Headers.of(
        [
            ("X-Api-Key", "k-1"),
            ("Cookie", 'lang=en-US; sid="s3cr3t"; sid2=x'),
            ("Authorization", "Bearer a"),
            ("Accept", "*/*"),
        ]
    )
    found = dict(credential_class(headers))
    assert list(found) == ["authorization", "cookie:lang", "cookie:sid", "cookie:sid2", "x-api-key"]
    assert found["cookie:lang"] == "en-US"
    assert found["cookie:sid"] == stand_in("s3cr3t")
    assert credential_class(Headers()) == ()


def test_a_cookie_counts_alike_quoted_or_not() -> None:
    """Quotes around a cookie's value are no part of it."""
    quoted, plain = (credential_class(Headers.of([("Cookie", f"sid={text}")])) for text in ('"abc"', "abc"))
    assert quoted == plain
