"""Secrets in bodies of all media types."""

import pytest

from truemirror.core.mirror.redaction_body import body_places, body_text
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.mirror.redaction_spots import render, secrets_of
from truemirror.core.mirror.redaction_text import Look
from truemirror.core.wire.media import parse_media_type


def blanked(body: bytes, kind: str, policy: RedactionPolicy = DEFAULT_POLICY) -> bytes:
    """A body with every secret replaced by X."""
    text, places = body_places(body, parse_media_type(kind), Look(policy))
    return body if text is None else text.encode(render(text.text, places, lambda _s, _w: "X"))


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", b'{"token": "abc"}', b'{"token": "X"}'),
        ("application/problem+json; charset=utf-8", b' {"token": "abc"}', b' {"token": "X"}'),
        ("", b'{"token": "abc"}', b'{"token": "X"}'),
        ("text/plain", b'[{"token": "abc"}]', b'[{"token": "X"}]'),
        ("application/json", b'{"url": "/a?token=abc"}', b'{"url": "/a?token=X"}'),
        ("application/json", b'{"url": "/a?b=1%26token%3Dabc"}', b'{"url": "/a?b=1%26token%3DX"}'),
        ("application/json", b'{"a": "{\\"token\\":\\"abc\\"}"}', b'{"a": "{\\"token\\":\\"X\\"}"}'),
        ("application/json", b'{"t\\u006fken": "abc"}', b'{"t\\u006fken": "X"}'),
        ("application/json", b'{"token" : "abc"}', b'{"token" : "X"}'),
        ("application/json", b'{"token"\n: "abc"}', b'{"token"\n: "X"}'),
        ("application/json", b'["tok_8fG3kLz9QwErTy12uIoPaSdF"]', b'["X"]'),
        ("application/json", b'{"a": "amqp://u:p@h/"}', b'{"a": "amqp://u:X@h/"}'),
        ("application/json", b'{"a": "Bearer abcdef12"}', b'{"a": "Bearer X"}'),
        ("application/json", b'{"a": "Basic YTpi"}', b'{"a": "Basic YTpY"}'),
        ("application/x-www-form-urlencoded", b"user=anna&password=a+b%26&x", b"user=anna&password=X&x"),
        ("text/html", b'<input name="csrf" value="1f">', b'<input name="csrf" value="X">'),
        ("text/event-stream", b'data: {"token": "abc1"}\n\n', b'data: {"token": "X"}\n\n'),
        ("image/png", b'\x89PNG\0{"token": "abc"}', b'\x89PNG\0{"token": "abc"}'),
        ("application/octet-stream", b"\0ghp_16C7e42F292c6912E7710c838347Ae178B4a\0", b"\0X\0"),
        ("text/plain", b"\xff\xfe token=abc \xe9", b"\xff\xfe token=X \xe9"),
        ("text/plain; charset=latin-1", b"password=h\xe9llo&x=\xe9", b"password=X&x=\xe9"),
        ("text/plain; charset=nonsense", b"password=abc", b"password=X"),
        ("text/plain; charset=utf-16", "password=abc".encode("utf-16"), "password=X".encode("utf-16")),
        ("application/json", b"", b""),
    ],
)
def test_bodies(kind: str, body: bytes, expected: bytes) -> None:
    """Secrets are found by the body's kind, or by what it looks like; every other byte stays."""
    assert blanked(body, kind) == expected


def test_multipart() -> None:
    """Parts are judged by their names, then by their own media types; files are searched for tokens only."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="user"\r\n\r\nanna\r\n'
        b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhun\r\nter2\r\n'
        b'--b\r\nContent-Disposition: form-data; name="meta"\r\n'
        b'Content-Type: application/json\r\n\r\n{"token": "abc"}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        b"\x89token=abc ghp_16C7e42F292c6912E7710c838347Ae178B4a\r\n--b--\r\n"
    )
    expected = (
        body.replace(b"hun\r\nter2", b"X")
        .replace(b'"abc"', b'"X"')
        .replace(b"ghp_16C7e42F292c6912E7710c838347Ae178B4a", b"X")
    )
    assert blanked(body, "multipart/form-data; boundary=b") == expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "d42", "uuid": "123e4567-e89b-12d3-a456-426614174000", "value": "1299.00", "n": 12345678901234567890}',
        b'{"email": "anna.x@example.com", "at": "2026-11-22T20:04:24.123Z", "etag": "W/\\u0022x"}'[:60] + b'"}',
        b'{"next": "/v1/deals?limit=20&offset=40", "token_type": "x"}',
        b'{"name": "Th\\u00e9o\\nx", "md5": "5d41402abc4b2a76"}',
    ],
)
def test_an_ordinary_body_is_not_read_as_text(body: bytes) -> None:
    """A look at the bytes is enough for a body that holds nothing."""
    assert body_places(body, parse_media_type("application/json"), Look()) == (None, ())


def test_names_that_people_add_are_seen_by_the_quick_look() -> None:
    """The quick look goes by the policy, too."""
    policy = RedactionPolicy.of(["salary"])
    assert blanked(b'{"salary": 52000}', "application/json", policy) == b'{"salary": X}'
    assert blanked(b'{"salary": 52000}', "application/json") == b'{"salary": 52000}'


def test_text_and_back() -> None:
    """Any bytes are text, and back."""
    for kind in ("text/plain", "text/plain; charset=shift_jis", "text/plain; charset=utf-16"):
        body = bytes(range(256))
        text = body_text(body, parse_media_type(kind))
        assert text.encode(text.text) == body


def test_secrets_come_in_order() -> None:
    """Places are in the order of the text, so that numbering is stable."""
    body = b'{"b": {"token": "t1x"}, "a": [{"secret": "s1x"}], "password": "p1x"}'
    _, places = body_places(body, parse_media_type("application/json"), Look())
    assert [secret for secret, _ in secrets_of(places)] == ["t1x", "s1x", "p1x"]
