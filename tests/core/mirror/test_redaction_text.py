"""Where secrets are found in texts of all kinds, and where none is."""

import base64
import json

import pytest

from truemirror.core.mirror.redaction_names import Kind, RedactionPolicy
from truemirror.core.mirror.redaction_spots import Place, render, secrets_of
from truemirror.core.mirror.redaction_text import Look, content_places, text_places, value_places

LOOK = Look()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1NDIifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"


def said(places: tuple[Place, ...]) -> list[str]:
    """The secrets at places, in order."""
    return [secret for secret, _ in secrets_of(places)]


def blanked(text: str, look: Look = LOOK) -> str:
    """A text with every secret replaced by X."""
    return render(text, text_places(text, look), lambda _secret, _why: "X")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"password": "hunter2", "name": "anna"}', '{"password": "X", "name": "anna"}'),
        ('{"a": [{"newPassword" : "a b"}]}', '{"a": [{"newPassword" : "X"}]}'),
        ('{"tokens": ["aa", "bb"], "n": ["aa"]}', '{"tokens": ["X", "X"], "n": ["aa"]}'),
        ('{"token": {"value": "aa", "type": "bearer"}}', '{"token": {"value": "X", "type": "bearer"}}'),
        ('{"pin": 1234, "cvv": "987", "max_tokens": 4096}', '{"pin": X, "cvv": "X", "max_tokens": 4096}'),
        ('{"pin": 0, "secret": null, "token": "", "password": true}', None),
        ('{"password":"a","password":"b"}', '{"password":"X","password":"X"}'),
        ('{"p\\u0061ssword": "a\\"b\\\\"}', '{"p\\u0061ssword": "X"}'),
        ('{"a": "{\\"token\\": \\"se\\\\\\"cret\\"}"}', '{"a": "{\\"token\\": \\"X\\"}"}'),
        ('{"a": 1}\n{"secret": "x y"}\n', '{"a": 1}\n{"secret": "X"}\n'),
        ('{"access_token": "abc', '{"access_token": "X'),
        ('{"access_token": "abc\\', '{"access_token": "X\\'),
        ('[{"id": "1"}, {"api_key": "k-1"', '[{"id": "1"}, {"api_key": "X"'),
        (
            '{"url": "https://x.example/cb?code=1&token=a%20b#access_token=c"}',
            '{"url": "https://x.example/cb?code=1&token=X#access_token=X"}',
        ),
        ('{"url": "https://x.example/a?b=1\\u0026token=abc"}', '{"url": "https://x.example/a?b=1\\u0026token=X"}'),
        ('{"dsn": "postgres://crm:s3cret@db/crm"}', '{"dsn": "postgres://crm:X@db/crm"}'),
        (
            '{"headers": {"Authorization": "Bearer abc", "Cookie": "sid=12; lang=en"}}',
            '{"headers": {"Authorization": "Bearer X", "Cookie": "sid=X; lang=en"}}',
        ),
        ('{"note": "log in with Bearer tok123456 now"}', '{"note": "log in with Bearer X now"}'),
        ('{"blob": "k3j2h4g5f6d7s8a9q1w2e3r4t5y6"}', '{"blob": "X"}'),
        ('{"id": "k3j2h4g5f6d7s8a9q1w2e3r4t5y6"}', None),
        ('{"key": "deals.list", "state": "open"}', None),
        ('{"key": "k3j2h4g5f6d7s8a9q1"}', '{"key": "X"}'),
        ('{"fingerprint": "5d41402abc4b2a76b9719d911017c592", "hash": "5d41402abc4b2a76b9719d911017c592"}', None),
        ('{"blob": "5d41402abc4b2a76b9719d911017c592"}', '{"blob": "X"}'),
        (
            '{"text": "Your code is k3J2h4G5f6D7s8A9q1W2e3R4t5Y6u7."}',
            '{"text": "Your code is X."}',
        ),
        ('{"text": "Your code is k3J2h4G5f6D7s8A9q1W2e3R4t5Y6u7, Anna"}', '{"text": "Your code is X, Anna"}'),
        (f'{{"{JWT}": 1}}', '{"X": 1}'),
        ('{"password": {"type": "string", "minLength": 8}}', None),
        ('{"details": [{"field": "password", "code": "too_short"}]}', None),
    ],
)
def test_json(text: str, expected: str | None) -> None:
    """Secrets in JSON are found at any depth, in any escapes, in broken documents; nothing else is touched."""
    assert blanked(text) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<input type='hidden' name='csrf_token' value='a&amp;b'>",
            "<input type='hidden' name='csrf_token' value='X'>",
        ),
        ('<meta content="abc" name="csrf-token">', '<meta content="X" name="csrf-token">'),
        ('<input name="email" value="a@b.example">', None),
        (
            "<soap><wsse:Password Type='x'>hunter2</wsse:Password></soap>",
            "<soap><wsse:Password Type='x'>X</wsse:Password></soap>",
        ),
        ("<script>window.csrfToken = 'a1b2';</script>", "<script>window.csrfToken = 'X';</script>"),
        ('<div data-api-key="k1">', '<div data-api-key="X">'),
        ('const TOKEN = "crm.token"; let password = form.password.value;', None),
        ("fetch(url, {headers: {Authorization: `Bearer ${token}`}})", None),
        ("<label>Password: <input name=password></label>", None),
        ("<p>Invalid token tok_8fG3kLz9QwErTy12uIoPaSdF</p>", "<p>Invalid token X</p>"),
        ("<p>k3J2h4G5f6D7s8A9q1W2e3R4t5Y6u7</p>", "<p>X</p>"),
        ('<script src="/assets/vendor-8fG3kLz9QwErTy12uIoPaSdF.js">', None),
        ('<link integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC">', None),
    ],
)
def test_markup(text: str, expected: str | None) -> None:
    """Secrets in pages are found in fields, attributes, elements, scripts and prose; a page's own words stay."""
    assert blanked(text) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\nCookie: sid=1\r\n",
            "GET / HTTP/1.1\r\nAuthorization: Bearer X\r\nCookie: sid=X\r\n",
        ),
        ("token: abc123\nname: anna\n", "token: X\nname: anna\n"),
        ("Password: please type it\n", None),
        ("level=info password=hunter2 user=anna", "level=info password=X user=anna"),
        ('level=info secret="hunter 2" user=anna', 'level=info secret="X" user=anna'),
        ("next=/login?token=abc&x=1", "next=/login?token=X&x=1"),
        ('data: {"token": "abc1", "n": 1}\n\n', 'data: {"token": "X", "n": 1}\n\n'),
        ("password: 'it5''s' and \"token\": \"abc1", "password: 'X''s' and \"token\": \"X"),
        ("curl -u x -H 'Authorization: Basic YW5uYTpodW50ZXIyMg=='", None),
        ("a = b", None),
        ("", None),
    ],
)
def test_running_text(text: str, expected: str | None) -> None:
    """Secrets in logs, dumps and streams are found where a name tells them."""
    found = blanked(text)
    if "Basic" in text:
        assert "YW5uYTpodW50ZXIyMg==" not in found
    else:
        assert found == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/v1/deals?limit=20&access_token=abc&sort=-name", "/v1/deals?limit=20&access_token=X&sort=-name"),
        ("https://u:p4ss@x.example/a", "https://u:X@x.example/a"),
        ("/v1/tokens/k3j2h4g5f6d7s8a9q1w2e3r4", "/v1/tokens/X"),
        ("/reset-password/5d41402abc4b2a76b9719d911017c592?a=1", "/reset-password/X?a=1"),
        ("/v1/tokens/123e4567-e89b-12d3-a456-426614174000", None),
        ("/v1/deals/k3j2h4g5f6d7s8a9q1w2e3r4", None),
        ("/shop;jsessionid=abc;v=1?x=1", "/shop;jsessionid=X;v=1?x=1"),
        ("/search?filter=%7B%22password%22%3A%22hunter2%22%7D", "/search?filter=%7B%22password%22%3A%22X%22%7D"),
        ("/go?to=https%3A%2F%2Fx.example%2F%3Ftoken%3Dabc", "/go?to=https%3A%2F%2Fx.example%2F%3Ftoken%3DX"),
        ("/a?user%5Bpassword%5D=x+y&b=+", "/a?user%5Bpassword%5D=X&b=+"),
        ("/a?token&token=&x", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    """Secrets in addresses are found in the query, the fragment, before the host, and after a telling segment."""
    assert render(text, content_places(text, LOOK), lambda _s, _w: "X") == (text if expected is None else expected)


def test_base64_is_looked_into() -> None:
    """A document in base64 is taken apart and put together again; what is around the secret in it stays."""
    inner = base64.b64encode(b'{"user": "anna", "password": "hunter2"}').decode()
    found = json.loads(blanked(json.dumps({"payload": inner})))["payload"]
    assert base64.b64decode(found) == b'{"user": "anna", "password": "X"}'


def test_depth_is_limited() -> None:
    """Boxes in boxes end somewhere, without an error."""
    text = '{"password": "hunter2"}'
    for _ in range(12):
        text = json.dumps({"a": text})
    assert isinstance(blanked(text), str)


def test_a_message_under_a_secrets_name_stays_in_a_refusal() -> None:
    """In an answer that refuses, a sentence under a secret's name is a message; a value without blanks is not."""
    text = '{"errors": {"password": ["Must have 8 characters."], "token": "abc"}}'
    assert blanked(text, Look(forgiving=True)) == '{"errors": {"password": ["Must have 8 characters."], "token": "X"}}'
    assert "characters" not in blanked(text)


def test_people_add_and_keep_names() -> None:
    """A person's names are secrets with numbers and all; what a person keeps stays, whatever it looks like."""
    look = Look(RedactionPolicy.of(["salary"], ["token", "blob"]))
    kept = '"token": "tok_8fG3kLz9QwErTy12uIoPaSdF", "blob": {"secret": "a", "x": ["ghp_16C7e42F292c6912E771"]}'
    text = f'{{"salary": 52000.50, {kept}}}'
    assert blanked(text, look) == text.replace("52000.50", "X")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.SECRET, "hunter2", ["hunter2"]),
        (Kind.SECRET, "Bearer abc", ["abc"]),
        (Kind.SECRET, "********", []),
        (Kind.CODE, "4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        (Kind.CODE, "hello", []),
        (Kind.LIKELY, "deal.created", []),
        (Kind.KEPT, JWT, []),
        (Kind.OTHER, f"see {JWT}", [JWT]),
        (Kind.IDENTIFIER, "k3j2h4g5f6d7s8a9q1w2e3r4t5y6", []),
        (Kind.SET_COOKIE, "sid=abc; Path=/; Max-Age=1", ["abc"]),
        (Kind.SET_COOKIE, "lang=da; Path=/rooms-2024-x; Expires=Sun, 22 Nov 2026 20:50:42 GMT", []),
        (Kind.CHALLENGE, 'Digest realm="r", nonce="abc", qop="auth"', ["abc"]),
        (Kind.CHALLENGE, 'Bearer realm="r", error="invalid_token"', []),
    ],
)
def test_values(kind: Kind, text: str, expected: list[str]) -> None:
    """A value is judged by what its name says, then by its looks."""
    assert said(value_places(text, kind, LOOK)) == expected
