"""Nothing that a web page could send reaches the control paths: each attack in the bytes that a browser would send."""

import json

import pytest
from tests.adapters.http.mirror_serving import ask, body_of, lines_of, mirror, status_of, told
from tests.adapters.http.mirror_serving import serving as serving_openly
from tests.adapters.http.test_server_control import AS_ADA, POLL, change, control, document

from truemirror.adapters.http.server import Listen, MirrorServer, Mount, doors_for
from truemirror.adapters.http.server.control import Control
from truemirror.adapters.http.server.control_guard import Guard
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.authority import host_named, is_loopback, without_port
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

JSON = "Content-Type: application/json"
TOKEN = "correct-horse-battery"


def as_sent(*lines: str, body: str = '{"session": "ada"}', host: str = "127.0.0.1:9001") -> bytes:
    """A request that would let a session begin anew."""
    return control("reset", *lines, f"Content-Length: {len(body)}", method="POST", host=host) + body.encode()


ATTACKS = {
    "a form, sent by a page": as_sent("Content-Type: application/x-www-form-urlencoded", "Origin: http://evil.test"),
    "a form, sent by an old browser": as_sent("Content-Type: application/x-www-form-urlencoded"),
    "a form that looks like JSON": as_sent("Content-Type: text/plain"),
    "a multipart form": as_sent("Content-Type: multipart/form-data; boundary=x"),
    "fetch without CORS": as_sent("Content-Type: text/plain", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"),
    "a beacon": as_sent(JSON, "Sec-Fetch-Site: cross-site"),
    "a beacon of no type": as_sent(),
    "fetch with JSON": as_sent(JSON, "Origin: http://evil.test", "Sec-Fetch-Site: cross-site"),
    "a sandboxed frame": as_sent(JSON, "Origin: null"),
    "a page on another port": as_sent(JSON, "Origin: http://localhost:3000", "Sec-Fetch-Site: same-site"),
    "a page of the mirror itself": as_sent(JSON, "Origin: http://127.0.0.1:9001", "Sec-Fetch-Site: same-origin"),
    "a name bent to this machine": as_sent(JSON, host="evil.test:9001"),
    "a name that begins like this machine": as_sent(JSON, host="localhost.evil.test"),
    "a name that begins like its address": as_sent(JSON, host="127.0.0.1.evil.test:9001"),
    "a name that hides in brackets": as_sent(JSON, host="[::1].evil.test"),
    "a type that only contains JSON": as_sent("Content-Type: text/plain; application/json"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_web_page_changes_nothing(attack: bytes) -> None:
    """It is refused, is given no leave to read the answer, and the session goes on where it stood."""
    with serving_openly(mirror(*POLL)) as server:
        _, got, after = told(server, AS_ADA, attack, AS_ADA)
    assert status_of(got) in (403, 415)
    assert b"access-control" not in got.lower()
    assert body_of(after) == b"done"


def test_the_same_change_from_a_program_is_made() -> None:
    """So that the attacks fail for what they are."""
    with serving_openly(mirror(*POLL)) as server:
        _, got, after = told(server, AS_ADA, as_sent(JSON), AS_ADA)
    assert status_of(got) == 200
    assert body_of(after) == b"queued"


def test_a_preflight_is_refused() -> None:
    """So a browser sends nothing behind it."""
    asks = (
        "Origin: http://evil.test",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: content-type",
    )
    with serving_openly(mirror(*POLL)) as server:
        foreign, plain = told(server, control("reset", *asks, method="OPTIONS"), control("reset", method="OPTIONS"))
    assert (status_of(foreign), status_of(plain)) == (403, 405)
    assert b"access-control" not in (foreign + plain).lower()


@pytest.mark.parametrize("path", ["status", "sessions", "journal", "misses", "recordings", "version", "openapi.json"])
def test_a_web_page_reads_nothing(path: str) -> None:
    """Neither across sites nor under a name of its own; a person's own look at the address is answered."""
    with serving_openly(mirror(*POLL)) as server:
        cross, bent, person = told(
            server, control(path, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"),
            control(path, host="evil.test"), control(path, "Sec-Fetch-Site: none"),
        )  # fmt: skip
    assert (status_of(cross), status_of(bent)) == (403, 403)
    assert document(person) is not None
    assert b"X-Content-Type-Options: nosniff" in lines_of(person)


def asked(guard: Guard, *fields: tuple[str, str], local: bool = True, method: str = "GET") -> int:
    """The status that a control request gets from a server that listens as the guard says."""
    request = Request(method, "/__truemirror__/version", Headers(fields))
    return Control([], guard)(request, local).status


def test_clients_of_other_machines_are_refused() -> None:
    """Whatever they send, while there is no token."""
    assert asked(Guard(), ("Host", "localhost"), local=False) == 403
    assert asked(Guard(), ("Host", "localhost")) == 200


def test_an_address_that_others_reach_needs_a_token() -> None:
    """Without one the control paths are shut, for clients of this machine too."""
    wide, named = Guard("0.0.0.0"), Guard("mirrors.test", TOKEN)
    right, wrong = ("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}x")
    assert asked(wide, ("Host", "localhost")) == 403
    assert asked(Guard("0.0.0.0", TOKEN), ("Host", "any.test"), right, local=False) == 200
    assert asked(named, ("Host", "mirrors.test:80"), right, local=False) == 200
    assert asked(named, ("Host", "mirrors.test:80"), wrong, local=False) == 401
    assert asked(named, ("Host", "mirrors.test:80"), local=False) == 401
    assert asked(named, ("Host", "evil.test"), right, local=False) == 403
    assert asked(named, ("Host", "mirrors.test"), ("Origin", "http://mirrors.test"), right, local=False) == 403


@pytest.mark.parametrize("token", ["sésame-öffne-7351", "\udcff-of-no-encoding"])
def test_a_token_of_any_characters_is_compared_as_the_bytes_that_are_sent(token: str) -> None:
    """As the command line or the environment gave them; fields are read byte by byte."""
    sent = token.encode("utf-8", "surrogateescape").decode("latin-1")
    guard, host = Guard("127.0.0.1", token), ("Host", "localhost")
    assert asked(guard, host, ("Authorization", f"Bearer {sent}")) == 200
    assert asked(guard, host, ("Authorization", "Bearer x")) == 401
    assert asked(guard, host, ("Authorization", "Bearer \u20ac")) == 401


def test_a_token_is_asked_for_on_real_sockets_and_is_never_told() -> None:
    """The error says how to bring it."""
    with serving_with(Guard("127.0.0.1", TOKEN), mirror(*POLL)) as server:
        answers = told(
            server, control("status"), control("status", f"Authorization: Bearer {TOKEN}"),
            control("status", "Authorization: Basic e30="), control("status", "Authorization: Bearer \xff"),
            ask("GET /job"),
        )  # fmt: skip
    assert [status_of(one) for one in answers] == [401, 200, 401, 401, 200]
    assert b"WWW-Authenticate: Bearer" in lines_of(answers[0])
    assert "Bearer TOKEN" in json.loads(body_of(answers[0]))["error"]["fix"]
    assert TOKEN.encode() not in b"".join(answers)


def serving_with(guard: Guard, *mirrors: Mirror) -> MirrorServer:
    """Mirrors whose control paths are guarded in a way of their own."""
    mounts = {one.service: Mount(Replayer(one)) for one in mirrors}
    return MirrorServer([Listen(door) for door in doors_for(mounts, guard=guard)])


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("LocalHost:80", "localhost"),
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1", None),
        ("[::1]x", None),
        ("a:b", None),
        ("::1", None),
        ("a:", None),
    ],
)
def test_a_host_field_names_one_name_or_none(host: str, name: str | None) -> None:
    """What two readers could understand in two ways names nothing."""
    assert host_named(host) == name


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("tags.test:80", "tags.test"), ("tags.test", "tags.test"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"),
        ("::1", "::1"), ("fe80::1:8080", "fe80::1:8080"), ("tags.test:", "tags.test:"), ("", ""),
    ],
)  # fmt: skip
def test_a_port_is_taken_off_only_where_there_is_one(authority: str, host: str) -> None:
    """The last step of an IPv6 address without brackets is none."""
    assert without_port(authority) == host


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("localhost.evil.test", False), ("127.0.0.1.evil.test", False), ("127.1", False), ("0.0.0.0", False),
        ("::", False), ("10.0.0.1", False), ("", False), ("::1:2", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_this_machine(name: str, own: bool) -> None:
    """An address is read as one, never as a beginning of a text."""
    assert is_loopback(name) is own


def test_a_change_is_not_repeated_from_memory() -> None:
    """The same bytes twice are two changes."""
    with serving_openly(mirror(*POLL)) as server:
        answers = told(server, *[AS_ADA, change("reset")] * 3)
    assert [body_of(one) for one in answers[::2]] == [b"queued"] * 3
