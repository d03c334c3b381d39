"""What secrets look like, and what does not look like one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_shapes import (
    decoded,
    encoded_like,
    is_long_hex,
    is_nothing,
    is_plain_cookie,
    is_unique,
    is_words,
    looks_like_key,
    looks_random,
    may_have_shape,
    runs_of,
    shape_spots,
)

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1NDIifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
JWE = "eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7LF.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rp.XFBoMYUZodetZdvT"
SHAPES = [
    JWT,
    JWE,
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv",
    "glpat-abcdefghij0123456789",
    "sk-proj-abc123def456ghi789jkl",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "xoxb-123456789012-abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "SG.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc-1s5cr",
    "tok_8fG3kLz9QwErTy12uIoPaSdF",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
]


@pytest.mark.parametrize("secret", SHAPES)
def test_tokens_are_told_anywhere(secret: str) -> None:
    """A token is found in the middle of a sentence, and the quick look does not miss it."""
    text = f"Your key ({secret}), please."
    assert [spot.secret for spot in shape_spots(text)] == [secret]
    assert may_have_shape(text.encode())


def test_credentials_in_addresses() -> None:
    """A password before the host is found, a user's name alone is not."""
    text = "amqp://guest:s3cret@mq:5672/ and https://anna@example.com/ and http://h:8080/a@b:c@d"
    assert [spot.secret for spot in shape_spots(text)] == ["s3cret"]
    assert may_have_shape(text.encode())


def test_private_keys() -> None:
    """The inside of a private key is the secret, with line ends as they are or escaped, whole or cut off."""
    for end in ("\n", "\\n"):
        text = f"-----BEGIN RSA PRIVATE KEY-----{end}MIIEpAIBAAKCAQEA7{end}bq8Xk=={end}-----END RSA PRIVATE KEY-----"
        assert [spot.secret for spot in shape_spots(text)] == [f"MIIEpAIBAAKCAQEA7{end}bq8Xk=="]
    assert [spot.secret for spot in shape_spots("-----BEGIN PRIVATE KEY-----\nMIIE")] == ["MIIE"]
    assert list(shape_spots("-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----")) == []


@pytest.mark.parametrize(
    "text",
    [
        'Bearer realm="crm", error="invalid_token"',
        "Use Bearer authentication.",
        "a task-1234567890123456789 of the disk-abcdefghijklmnopqrst",
        "Ångström token tok_visa",
        "mailto:anna@example.com",
        "eyJ is how they begin",
    ],
)
def test_what_only_begins_like_a_secret(text: str) -> None:
    """Words that remind of tokens are none."""
    assert list(shape_spots(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg8",
        "q7Hs-9dKf3_LmN2xPz8RtVw4",
        "k3j2h4g5f6d7s8a9q1w2e3r4t5y6",
        "0hT9xL2mQ7vB4nK8pZ3s",
    ],
)
def test_chance(text: str) -> None:
    """Long runs of mixed letters and digits look like chance."""
    assert looks_random(text)
    assert looks_like_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "123e4567-e89b-12d3-a456-426614174000",
        "5d41402abc4b2a76b9719d911017c592",
        "getAccountOwnerByIdentifierV2Async",
        "how-to-build-a-contract-testing-harness-in-2026",
        "/v1/accounts/A42/deals/D17/notes/N99",
        "20261122T200424Z-20261123T200424Z",
        "12345678901234567890123456789",
        "DE89370400440532013000",
        "MAX_RETRY_COUNT_EXCEEDED_2",
        "req_123e4567-e89b-12d3-a456-426614174000",
        "app-5d41402abc4b2a76b9719d911017c592",
        "application/vnd.openxmlformats-officedocument",
        "a" * 300,
        "short1A",
        "",
    ],
)
def test_no_chance(text: str) -> None:
    """Identifiers, words, paths, dates, numbers and files do not look like chance."""
    assert not looks_random(text)


def test_long_hexadecimal() -> None:
    """128 bits in hexadecimal could be a key; numbers, short and mixed-case runs could not."""
    assert is_long_hex("5d41402abc4b2a76b9719d911017c592")
    assert not is_long_hex("5d41402abc4b2a76")
    assert not is_long_hex("5D41402abc4b2a76b9719d911017c592")
    assert not is_long_hex("1" * 40)


@pytest.mark.parametrize(
    "text", ["password", "chocolate-chip", "correct horse battery", "Europe/Berlin", "JavaScript", "Blåbær"]
)
def test_words(text: str) -> None:
    """Words occur elsewhere without being the secret."""
    assert is_words(text)
    assert not is_unique(text)


@pytest.mark.parametrize("text", ["hunter2-x", "tok_4fQ9vKx2", "p@ssw0rd", "AbCdEfGhIj", "4111111111111111"])
def test_unique(text: str) -> None:
    """Whatever else is long enough can be told wherever it occurs."""
    assert is_unique(text)


@pytest.mark.parametrize("text", ["hunter2", "1234", "12345678", "1299.00"])
def test_not_unique(text: str) -> None:
    """Short secrets and short numbers are told by their place only."""
    assert not is_unique(text)


@pytest.mark.parametrize("text", ["", "null", "None", "********", "xxxx1234", "[REDACTED]", "<filtered>", "••••"])
def test_masks(text: str) -> None:
    """What a sender has masked already is nothing."""
    assert is_nothing(text)


@pytest.mark.parametrize("text", ["x", "*", "[abc]", "nothing", "<3 cats"])
def test_no_masks(text: str) -> None:
    """What is not masked is something."""
    assert not is_nothing(text)


@pytest.mark.parametrize(
    "text", ["true", "en-US", "zh-Hans-CN", "en_US.UTF-8", "Europe/Berlin", "12345678", "-1.5", "dark-mode"]
)
def test_plain_cookies(text: str) -> None:
    """Settings are no credentials."""
    assert is_plain_cookie(text)


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_base64_and_back(text: str) -> None:
    """What a run of base64 says is found in either alphabet, padded or not, and written again in the same manner."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        run = encode(text.encode()).decode()
        for example in (run, run.rstrip("=")):
            assert decoded(example) == text
            assert encoded_like(example, text) in (run, run.rstrip("="), run.replace("-", "+").replace("_", "/"))


def test_base64_of_bytes_says_nothing() -> None:
    """A picture is no text, a long text is."""
    assert decoded(base64.b64encode(bytes(range(256))).decode()) is None
    assert decoded(base64.b64encode(b"\x89PNG\r\n" + b"\0" * 3_000).decode()) is None
    assert decoded(base64.b64encode(("é" * 3_000).encode()).decode()) == "é" * 3_000
    assert decoded("not base64!") is None


def test_runs() -> None:
    """Runs are told once each, and only when they are long enough."""
    assert set(runs_of(b'{"a": "abcdefghijk", "b": "abcdefghijk", "short": 1}')) == {b"abcdefghijk"}
    assert runs_of(b"x" * 70_000) == (b"x" * 70_000,)
