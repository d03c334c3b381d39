"""Known secrets are found wherever their characters occur, and nowhere else."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_known import KnownSecrets
from truemirror.core.mirror.redaction_shapes import is_unique

SECRET = "s3cr&t/+'é\"-Tq81Lw"
STAND = "7e57ab1e0000"
around = st.binary(max_size=40)


def b64(text: str) -> str:
    """Standard base64."""
    return base64.b64encode(text.encode()).decode()


@given(st.text("abcdefgh0123456789-_.", min_size=8, max_size=40).filter(is_unique), around, around)
def test_every_offset_and_length(secret: str, before: bytes, after: bytes) -> None:
    """A secret is found at whatever offset it occurs, and its bytes alone lead to it."""
    known = KnownSecrets({secret: STAND})
    assert known.within(before + secret.encode() + after) == [secret]
    assert known.touches(before + secret.encode() + after)
    if secret.encode() not in before + b"|" + after:
        assert known.within(before + b"|" + after) == []


@given(
    st.lists(st.text("abc0123", min_size=8, max_size=20).filter(is_unique), min_size=1, max_size=8, unique=True),
    st.data(),
)
def test_many_at_once(secrets: list[str], data: st.DataObject) -> None:
    """Of many secrets exactly those are found that are there, the longest first."""
    there = data.draw(st.lists(st.sampled_from(secrets), unique=True))
    known = KnownSecrets(dict.fromkeys(secrets, STAND))
    blob = "|".join(there).encode()
    found = known.within(blob)
    assert set(found) == {secret for secret in secrets if secret.encode() in blob}
    assert [len(one) for one in found] == sorted((len(one) for one in found), reverse=True)


@pytest.mark.parametrize(
    "text",
    [
        f"plain {SECRET} text",
        f"/a?b={quote(SECRET, safe='')}&c",
        f"/a/{quote(SECRET).replace('%C3%A9', '%c3%a9')}/c",
        f"a={quote_plus(SECRET)}",
        json.dumps({"a": [SECRET]}),
        json.dumps({"a": [SECRET]}, ensure_ascii=False),
        json.dumps({"a": json.dumps({"b": SECRET})}, ensure_ascii=False),
        f"/go?to={quote(quote(SECRET, safe=''), safe='')}",
        json.dumps({"a": f"/x?y={quote(SECRET, safe='')}"}),
        f"<p>{html.escape(SECRET)}</p>",
        f"x {b64(SECRET)} y",
        f"x {b64('hello ' + SECRET + ' there')} y",
        f"/path/{base64.urlsafe_b64encode(('z' + SECRET).encode()).decode().rstrip('=')}/y",
        b64("x" + b64("yy" + SECRET)),
        json.dumps({"a": b64("??>" + SECRET)}).replace("/", "\\/"),
    ],
)
def test_every_encoding(text: str) -> None:
    """A known secret is found and replaced behind escapes and inside base64, and what was replaced is clean."""
    known = KnownSecrets({SECRET: STAND})
    assert known.touches(text.encode())
    replaced = known.replaced(text)
    assert replaced != text
    assert not known.touches(replaced.encode())
    assert len(replaced) < len(text) + 40


def test_only_the_secret_changes() -> None:
    """What is around a secret keeps its bytes, its escapes included."""
    known = KnownSecrets({SECRET: STAND})
    text = '{"e": "\\u00e9\\/", "a": "<' + json.dumps(SECRET)[1:-1] + '>", "p": "%C3%A9 &amp; ' + b64("fine") + '"}'
    assert known.replaced(text) == text.replace(json.dumps(SECRET)[1:-1], STAND)


def test_inside_base64_only_the_secret_changes() -> None:
    """What base64 says besides the secret is still there."""
    known = KnownSecrets({"hunter2-hunter2": STAND})
    assert known.replaced(b64("user:hunter2-hunter2:x")) == b64(f"user:{STAND}:x")


@pytest.mark.parametrize("secret", ["password", "1234", "12345678", "hunter2", "correct horse battery"])
def test_words_and_short_ones_are_not_looked_for(secret: str) -> None:
    """What occurs elsewhere without being the secret is known by its place only."""
    known = KnownSecrets({secret: STAND})
    assert known.get(secret) == STAND
    assert not known.touches(f"a {secret} b".encode())
    assert known.replaced(f"a {secret} b") == f"a {secret} b"


def test_longer_secrets_go_first() -> None:
    """A secret that is part of another one does not spoil the other one's place."""
    known = KnownSecrets({"abc-12345": "SHORT", "abc-12345-6789": "LONG"})
    assert known.replaced("abc-12345-6789 abc-12345 ") == "LONG SHORT "


def test_learning_makes_what_was_clean_unclean() -> None:
    """What was looked at before is looked at again when more is known."""
    known = KnownSecrets({"first-secret-1": STAND})
    assert not known.touches(b"second-secret-2")
    known.add("second-secret-2", STAND)
    assert known.touches(b"second-secret-2")
    known.add("second-secret-2", "other")
    assert known.get("second-secret-2") == STAND
    assert len(known) == 2


@given(st.binary(max_size=200))
def test_no_bytes_break_it(blob: bytes) -> None:
    """Whatever the bytes, looking and replacing end, and change nothing that is not a secret."""
    known = KnownSecrets({SECRET: STAND, "abcdef-12": STAND})
    text = blob.decode("utf-8", "surrogateescape")
    if not known.touches(blob):
        assert known.replaced(text) == text
