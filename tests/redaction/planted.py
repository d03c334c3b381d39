"""The corpus of planted secrets: every place and every form in which a secret may pass, one exchange each.

Each plant has a secret of its own, so that what is left tells where it was. `traces` gives the forms in which it must
not be found anywhere.
"""

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import brotli

Fields = list[tuple[str, str]]
JSON: Fields = [("Content-Type", "application/json")]
FORM: Fields = [("Content-Type", "application/x-www-form-urlencoded")]
MULTIPART: Fields = [("Content-Type", "multipart/form-data; boundary=xx")]
EVENTS: Fields = [("Content-Type", "text/event-stream")]


@dataclass(frozen=True)
class Plant:
    """A secret, the request that brings it and the answer that says it."""

    name: str
    secret: str
    target: str = "/"
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    method: str = "GET"
    status: int = 200
    reason: str = "OK"
    answer_fields: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain"),)
    answer: tuple[bytes, ...] = (b"ok",)
    """Sent in chunks when there are several."""

    @property
    def content(self) -> bytes:
        """The answer's body as sent."""
        return b"".join(self.answer)


Made = dict[str, object]


def _b64(text: str) -> str:
    """Base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def _url64(text: str) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _brings(**parts: object) -> Made:
    """A POST with a body."""
    return {"method": "POST", **parts}


def _json(document: object) -> bytes:
    """A JSON body."""
    return json.dumps(document).encode()


def _events(*texts: str) -> tuple[bytes, ...]:
    """Server-sent events as a chat service sends them, a chunk each."""
    return tuple(f"data: {json.dumps({'choices': [{'delta': {'content': one}}]})}\n\n".encode() for one in texts)


def _in_request() -> dict[str, Callable[[str], Made]]:
    """Secrets that clients bring."""
    part = '--xx\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n--xx--\r\n'
    jwt = "eyJhbGciOiJIUzI1NiJ9." + _url64('{"sub":"ada","iat":1700000000}') + "."
    return {
        "basic": lambda s: {"fields": [("Authorization", f"Basic {_b64(f'ada:{s}')}")]},
        "bearer": lambda s: {"fields": [("Authorization", f"Bearer {s}")]},
        "bearer jwt": lambda s: {"fields": [("Authorization", f"Bearer {jwt}{s}")]},
        "proxy authorization": lambda s: {"fields": [("X-Forwarded-Authorization", f"Bearer {s}")]},
        "cookie": lambda s: {"fields": [("Cookie", f"theme=dark; sessionid={s}; lang=en")]},
        "x-api-key": lambda s: {"fields": [("X-Api-Key", s)]},
        "own header": lambda s: {"fields": [("X-Shop-Secret", s)]},
        "referer": lambda s: {"fields": [("Referer", f"http://a.test/?access_token={s}")]},
        "query": lambda s: {"target": f"/q?a=1&api_key={s}&b=2"},
        "query name in capitals": lambda s: {"target": f"/q?API%5FKEY={s}"},
        "query percent": lambda s: {"target": "/q?token=" + "".join(f"%{ord(char):02X}" for char in s)},
        "websocket protocol": lambda s: {"fields": [("Sec-WebSocket-Protocol", f"access_token, {s}")]},
        "websocket protocol, dotted": lambda s: {
            "fields": [("Sec-WebSocket-Protocol", f"chat.v1, base64url.bearer.authorization.test.{s}")]
        },
        "text": lambda s: _brings(fields=[("Content-Type", "text/plain")], body=f"my token is {s}, ok?".encode()),
        "path": lambda s: {"target": f"/reset/{s}"},
        "path parameter": lambda s: {"target": f"/a;jsessionid={s}/b"},
        "userinfo": lambda s: {"target": "/q?next=" + quote(f"https://ada:{s}@a.test/x", safe="")},
        "json": lambda s: _brings(fields=JSON, body=_json({"user": "ada", "password": s})),
        "json nested": lambda s: _brings(fields=JSON, body=_json({"a": [{"b": {"clientSecret": s}}]})),
        "json key in any case": lambda s: _brings(fields=JSON, body=_json({"PASS-WORD": s, "Access_Token": s})),
        "json value": lambda s: _brings(fields=JSON, body=_json({"password": {"value": s, "algorithm": "plain"}})),
        "json list": lambda s: _brings(fields=JSON, body=_json({"tokens": [s, "x"]})),
        "json in json": lambda s: _brings(fields=JSON, body=_json({"a": json.dumps({"b": json.dumps({"token": s})})})),
        "json escapes": lambda s: _brings(
            fields=JSON, body=b'{"p\\u0061ssword": "' + "".join(f"\\u{ord(char):04x}" for char in s).encode() + b'"}'
        ),
        "form": lambda s: _brings(fields=FORM, body=f"user=ada&password={s}&x=1".encode()),
        "multipart field": lambda s: _brings(fields=MULTIPART, body=part.format("password", "", s).encode()),
        "multipart file": lambda s: _brings(
            fields=MULTIPART, body=part.format("file", '; filename="a.env"', f"A=1\nAPI_KEY={s}\n").encode()
        ),
        "base64 in json": lambda s: _brings(fields=JSON, body=_json({"blob": _b64(json.dumps({"password": s}))})),
        "url-safe base64 in json": lambda s: _brings(
            fields=JSON, body=_json({"blob": _url64(json.dumps({"password": s, "?": "~~~"}))})
        ),
        "base64 twice": lambda s: _brings(fields=JSON, body=_json({"blob": _url64(_b64(json.dumps({"password": s})))})),
        "gzip body": lambda s: _brings(
            fields=[*JSON, ("Content-Encoding", "gzip")], body=gzip.compress(_json({"password": s}), mtime=0)
        ),
        "graphql": lambda s: _brings(
            fields=JSON, body=_json({"query": f'mutation {{ login(password: "{s}") {{ id }} }}', "variables": {}})
        ),
        "graphql variables": lambda s: _brings(
            fields=JSON, body=_json({"query": "mutation($p: String) { login(p: $p) }", "variables": {"password": s}})
        ),
        "lines of json": lambda s: _brings(
            fields=[("Content-Type", "application/x-ndjson")],
            body=b'{"a": 1}\n' + _json({"secret": s}) + b'\n{"b": 2}\n',
        ),
        "xml": lambda s: _brings(
            fields=[("Content-Type", "application/xml")], body=f"<a><Password>{s}</Password></a>".encode()
        ),
        "xml character data": lambda s: _brings(
            fields=[("Content-Type", "text/xml")], body=f"<a><password><![CDATA[{s}]]></password></a>".encode()
        ),
        "yaml": lambda s: _brings(
            fields=[("Content-Type", "application/yaml")], body=f"a: 1\npassword: {s}\n".encode()
        ),
    }


def _in_answer() -> dict[str, Callable[[str], Made]]:
    """Secrets that the service hands out."""
    page = "<html><body><h1>500</h1><pre>Authorization: Bearer {0}\nDB=postgres://u:{0}@db/x</pre></body></html>"
    return {
        "set-cookie": lambda s: {"answer_fields": [("Set-Cookie", f"sid={s}; Path=/; HttpOnly")]},
        "location": lambda s: {"status": 302, "answer_fields": [("Location", f"/cb?code=1&access_token={s}")]},
        "location fragment": lambda s: {"status": 302, "answer_fields": [("Location", f"/cb#access_token={s}&x=1")]},
        "location userinfo": lambda s: {"status": 302, "answer_fields": [("Location", f"https://ada:{s}@a.test/")]},
        "link": lambda s: {"answer_fields": [("Link", f'</a?access_token={s}>; rel="next"')]},
        "answer json": lambda s: {"answer_fields": JSON, "answer": (_json({"accessToken": s, "id": "a1"}),)},
        "answer gzip": lambda s: {
            "answer_fields": [*JSON, ("Content-Encoding", "gzip")],
            "answer": (gzip.compress(_json({"token": s}), mtime=0),),
        },
        "answer br": lambda s: {
            "answer_fields": [*JSON, ("Content-Encoding", "br")],
            "answer": (brotli.compress(_json({"token": s})),),
        },
        "events": lambda s: {"answer_fields": EVENTS, "answer": _events("your token=" + s, " bye")},
        "events, split": lambda s: {
            "answer_fields": EVENTS,
            "answer": _events("your token=", s[:7], s[7:15], s[15:], " bye"),
        },
        "events, cut by chunks": lambda s: {
            "answer_fields": EVENTS,
            "answer": (f"data: token={s[:9]}".encode(), s[9:].encode() + b"\n\n"),
        },
        "lines, split": lambda s: {
            "answer_fields": [("Content-Type", "application/x-ndjson")],
            "answer": tuple(_json({"delta": one}) + b"\n" for one in ("token=", s[:10], s[10:], " .")),
        },
        "sentence": lambda s: {"status": 401, "answer": (f"no such token {s} here".encode(),)},
        "reason": lambda s: {"status": 403, "reason": f"bad token={s}"},
        "error page": lambda s: {
            "status": 500,
            "answer_fields": [("Content-Type", "text/html")],
            "answer": (page.format(s).encode(),),
        },
        "form field in a page": lambda s: {
            "answer_fields": [("Content-Type", "text/html")],
            "answer": (f'<form><input type="hidden" name="csrf_token" value="{s}"></form>'.encode(),),
        },
    }


def secret_of(name: str) -> str:
    """A secret like chance, another one for each name; letters and digits, so that it stands everywhere as it is."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest())
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    digits: list[str] = []
    while len(digits) < 22:
        number, rest = divmod(number, len(letters))
        digits.append(letters[rest])
    return "q7" + "".join(digits)


def _made(name: str, number: int, make: Callable[[str], Made]) -> Plant:
    """One plant, below a path of its own."""
    secret = secret_of(name)
    parts = make(secret)
    parts["target"] = f"/{number}{parts.get('target', '/')}"
    for key in ("fields", "answer_fields"):
        if key in parts:
            parts[key] = tuple(parts[key])  # type: ignore[arg-type]
    return Plant(name, secret, **parts)  # type: ignore[arg-type]


BROUGHT = tuple(_made(name, number, make) for number, (name, make) in enumerate(_in_request().items()))
HANDED_OUT = tuple(_made(name, 500 + number, make) for number, (name, make) in enumerate(_in_answer().items()))
PLANTS = BROUGHT + HANDED_OUT


def traces(secret: str) -> Iterator[tuple[str, bytes]]:
    """The forms in which a secret would give itself away, with their names."""
    plain = secret.encode()
    yield "as it is", plain
    yield "its beginning", plain[:7]
    yield "its middle", plain[7:15]
    yield "its end", plain[15:]
    for offset in range(3):
        inner = base64.b64encode(b"\0" * offset + plain)
        start, end = (0, 2, 3)[offset], len(plain) // 3 * 4 - 4
        yield f"base64 at {offset}", inner[start + 2 : end]
        yield f"base64 at {offset} for addresses", inner[start + 2 : end].replace(b"+", b"-").replace(b"/", b"_")
    yield "percent-escapes", "".join(f"%{byte:02X}" for byte in plain).encode()
    yield "JSON escapes", "".join(f"\\u{byte:04x}" for byte in plain).encode()
    yield "hexadecimal", plain.hex().encode()
    yield "backwards", plain[::-1]


def unpacked(blob: bytes) -> bytes:
    """Bytes, followed by what they hold in base64 and compressed."""
    said = [blob]
    for run in set(re.findall(rb"[A-Za-z0-9+/_-]{12,}", blob)):
        standard = run.replace(b"-", b"+").replace(b"_", b"/")
        said.append(base64.b64decode(standard + b"=" * (-len(standard) % 4)) if len(standard) % 4 != 1 else b"")
    for part in tuple(said):
        for found in re.finditer(rb"\x1f\x8b\x08", part):
            try:
                said.append(zlib.decompressobj(31).decompress(part[found.start() :]))
            except zlib.error:
                continue
    return b"\n".join(said)


def found_in(blob: bytes) -> list[str]:
    """Which planted secrets are in bytes, in which form."""
    whole = unpacked(blob)
    return [f"{plant.name}: {form}" for plant in PLANTS for form, trace in traces(plant.secret) if trace in whole]
