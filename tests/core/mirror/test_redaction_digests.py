"""Digests of bodies that were redacted: true again, or gone."""

import hashlib
from base64 import b64encode

import pytest

from truemirror.core.mirror.redaction_digests import with_digests
from truemirror.core.wire.exchange import Coding, Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor

BEFORE, AFTER = b'{"password": "engine-1843-x"}', b'{"password": "7e57ab1e4r0n4"}'


def md5(body: bytes) -> str:
    """An MD5 as fields say it."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def sha256(body: bytes) -> str:
    """A SHA-256 as fields say it."""
    return b64encode(hashlib.sha256(body).digest()).decode()


FIELDS = {
    "Content-MD5": md5,
    "Digest": lambda body: f"SHA-256={sha256(body)}, MD5={md5(body)}",
    "Content-Digest": lambda body: f"sha-256=:{sha256(body)}:",
    "Repr-Digest": lambda body: f"sha-256=:{sha256(body)}:",
    "X-Amz-Content-SHA256": lambda body: hashlib.sha256(body).hexdigest(),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_true_digest_stays_true(name: str) -> None:
    """It is made anew from the body that is stored."""
    headers = Headers.of([("Host", "a"), (name, FIELDS[name](BEFORE))])
    assert with_digests(headers, BEFORE, AFTER, encoded=False).pairs == (("Host", "a"), (name, FIELDS[name](AFTER)))


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("kind", ["wrong", "encoded"])
def test_a_digest_that_cannot_be_checked_goes(name: str, kind: str) -> None:
    """It would be wrong, and would let everybody try what was in the body."""
    headers = Headers.of([("Host", "a"), (name, FIELDS[name](b"other" if kind == "wrong" else BEFORE))])
    assert with_digests(headers, BEFORE, AFTER, encoded=kind == "encoded").pairs == (("Host", "a"),)


@pytest.mark.parametrize("value", ["unixsum=30637", "crc32c=:abcd:", "", "sha-256", ":::"])
def test_a_digest_of_an_unknown_kind_goes(value: str) -> None:
    """Members that are known stay."""
    headers = Headers.of([("Digest", value)])
    assert with_digests(headers, BEFORE, AFTER, encoded=False).pairs == ()
    both = Headers.of([("Digest", f"unixsum=30637,sha-256={sha256(BEFORE)}")])
    assert with_digests(both, BEFORE, AFTER, encoded=False).pairs == (("Digest", f"sha-256={sha256(AFTER)}"),)


def test_what_is_stored_has_true_digests() -> None:
    """In requests and answers; a body without secrets keeps its digests, whatever they say."""
    headers = Headers.of([("Content-Type", "application/json"), ("Content-MD5", md5(BEFORE))])
    clean = Redactor().redact(Exchange(Request("POST", "/a", headers, BEFORE), Response(200, "", headers, BEFORE)), "s")
    assert isinstance(clean.outcome, Response)
    for message in (clean.request, clean.outcome):
        assert b"engine" not in message.body
        assert message.headers.get("content-md5") == md5(message.body)
    coded = Response(200, "", headers, BEFORE, (Coding("gzip"),))
    clean = Redactor().redact(Exchange(Request("GET", "/a"), coded), "s")
    assert isinstance(clean.outcome, Response)
    assert clean.outcome.headers.get("content-md5") is None
    plain = Exchange(Request("POST", "/a", headers, b"[1]"), Response(200))
    assert Redactor().redact(plain, "s") is plain
