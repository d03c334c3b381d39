"""A secret in a body that is not held is found wherever it lies, and what is none is not."""

import gzip
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_known import KnownSecrets
from truemirror.core.mirror.redaction_sieve import OVERLAP, WINDOW, Sieve
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.headers import Headers

TOKEN = "ghp_9fK2mQ7xR4tZ8vB1nC6yD3wE5sA0jH"
FILLER = "".join(f"row {number},customer {number},paid\n" for number in range(40_000)).encode()
"""More than three windows of nothing."""
BINARY = random.Random(1).randbytes(4 * WINDOW)


def sift(body: bytes, *fields: tuple[str, str], known: tuple[str, ...] = (), size: int = 70_000) -> str:
    """What is found in a body that comes in pieces."""
    sieve = Sieve(Headers(fields), (KnownSecrets({one: stand_in(one) for one in known}),))
    for start in range(0, len(body), size):
        sieve.feed(body[start : start + size])
    sieve.end()
    return sieve.found


@pytest.mark.parametrize("filler", [FILLER, BINARY], ids=["text", "binary"])
def test_nothing_is_found_where_nothing_is(filler: bytes) -> None:
    """Tables and bytes by chance hold no secret."""
    assert sift(filler) == ""


@settings(max_examples=30)
@given(st.integers(0, 3 * WINDOW), st.integers(1_000, 200_000), st.sampled_from([FILLER, BINARY]))
def test_a_token_is_found_wherever_it_lies(place: int, size: int, filler: bytes) -> None:
    """Also across the border of two windows, or of two pieces."""
    body = filler[:place] + f" {TOKEN} ".encode() + filler[place:]
    assert sift(body, size=size) == "a token"


@settings(max_examples=30)
@given(st.integers(WINDOW - 200, WINDOW + OVERLAP + 200), st.sampled_from([FILLER, BINARY]))
def test_what_is_known_is_found_at_every_border(place: int, filler: bytes) -> None:
    """A secret that nothing tells but that the client brought it."""
    body = filler[:place] + b"correct-horse-7-battery" + filler[place:]
    assert sift(body, known=("correct-horse-7-battery",)) == "a known secret"
    assert sift(body) == ""


def test_a_named_value_is_found_and_a_stand_in_is_none() -> None:
    """In JSON that is cut anywhere; what stands for a secret may be stored."""
    rows = [{"id": number, "note": "nothing"} for number in range(20_000)]
    secret = json.dumps([*rows, {"password": "Tr0ub4dor&3x"}, *rows]).encode()
    assert len(secret) > 2 * WINDOW
    assert sift(secret, ("Content-Type", "application/json")) == "a value under a secret's name"
    assert sift(secret.replace(b"Tr0ub4dor&3x", stand_in("Tr0ub4dor&3x").encode())) == ""
    assert sift(json.dumps(rows).encode()) == ""


def test_a_field_of_a_form_is_found() -> None:
    """Between files of bytes."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    field = b'\r\n--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nTr0ub4dor&3x\r\n--b--\r\n'
    kind = ("Content-Type", "multipart/form-data; boundary=b")
    assert sift(head + BINARY + field, kind) == "a value under a secret's name"
    assert sift(head + BINARY + field.replace(b"password", b"comment"), kind) == ""


def test_codings_come_off_for_the_look() -> None:
    """What is packed is seen all the same, and what lies about its coding too."""
    packed = gzip.compress(FILLER + TOKEN.encode() + FILLER)
    coded = ("Content-Encoding", "gzip")
    assert sift(packed, coded) == "a token"
    assert sift(gzip.compress(FILLER), coded) == ""
    assert sift(FILLER + f" {TOKEN} ".encode(), coded) == "a token"
    assert sift(FILLER, coded) == ""


@pytest.mark.parametrize(
    ("body", "coding", "why"),
    [
        (gzip.compress(FILLER)[:-4], "gzip", "a broken content coding"),
        (gzip.compress(FILLER + bytes(500_000))[:-2_000] + b"x" * 3_000, "gzip", "a broken content coding"),
        (FILLER, "compress", "a content coding that is not known"),
    ],
    ids=["cut", "broken", "unknown"],
)
def test_what_cannot_be_looked_through_counts_as_found(body: bytes, coding: str, why: str) -> None:
    """Nothing passes unseen."""
    assert sift(body, ("Content-Encoding", coding), size=10_000) == why


def test_wide_characters_are_read() -> None:
    """UTF-16 has a NUL in every letter."""
    body = (FILLER.decode() + TOKEN).encode("utf-16-le")
    assert sift(body, ("Content-Type", "text/csv; charset=utf-16-le"), size=69_999) == "a token"
