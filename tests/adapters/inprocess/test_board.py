"""Whose request it is, in whose name it is asked, and what is remembered of it."""

import threading
from typing import Any

import httpx
import pytest

from truemirror.adapters.inprocess.addresses import Detour, Place, Routes, covers, is_loopback
from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.late_journal import LateJournal
from truemirror.adapters.inprocess.neighbour import Neighbour
from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError, MirrorMiss
from truemirror.usecases.record import Recorder
from truemirror.usecases.redact import Redactor
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding


def told(target: str, body: bytes, **headers: str) -> Exchange:
    """A recorded GET."""
    length = Headers((("Content-Length", str(len(body))),))
    return Exchange(Request("GET", target, Headers.of(headers.items())), Response(200, "", length, body))


def neighbour(name: str, *scenarios: Scenario, **options: Any) -> Neighbour:
    """A neighbour with these recordings."""
    replayer = Replayer(Mirror(name, "1", scenarios), lock=threading.Lock())
    return Neighbour(name, Forwarding(replayer), **{"url": f"http://{name}.internal", **options})


def test_a_session_key_of_its_own_wins() -> None:
    """A request that names its session asks in that name, any other in the test's."""
    ada = Scenario("ada", (told("/me", b"ada"),))
    bob = Scenario("bob", (told("/me", b"bob"),))
    with isolated(Board([neighbour("auth", ada, bob)], session="bob")) as board:
        assert httpx.get("http://auth.internal/me").content == b"bob"
        assert httpx.get("http://auth.internal/me", headers={"X-Truemirror-Session": "ada"}).content == b"ada"
        assert httpx.get("http://auth.internal/me", headers={"baggage": "truemirror.session=ada"}).content == b"ada"
    assert [call.session for call in board.calls] == ["bob", "ada", "ada"]


def test_several_services_may_share_a_host() -> None:
    """The longest path that fits tells whose request it is."""
    tags = neighbour("tags", Scenario("a", (told("/tags/v1", b"tags"),)), url="http://gateway.internal/tags")
    rest = neighbour("rest", Scenario("a", (told("/other", b"rest"),)), url="http://gateway.internal")
    with isolated(Board([rest, tags])):
        assert httpx.get("http://gateway.internal/tags/v1").content == b"tags"
        assert httpx.get("http://gateway.internal/other").content == b"rest"


def test_a_client_gets_its_own_secret_back() -> None:
    """A token that the client brings is recognised by its stand-in, and the answer holds the live one again."""
    secret, other = "tok_9f8e7d6c5b4a39281706f5e4d3c2b1a0", "tok_00112233445566778899aabbccddeeff"
    body = f'{{"token": "{secret}", "name": "Ada"}}'.encode()
    live = told("/me", body, Authorization=f"Bearer {secret}")
    redacted = Redactor().redact(live, "default")
    assert secret.encode() not in redacted.outcome.body  # type: ignore[union-attr]
    with isolated(Board([neighbour("auth", Scenario("default", (redacted,)))])):
        for _ in range(2):
            answer = httpx.get("http://auth.internal/me", headers={"Authorization": f"Bearer {secret}"})
            assert answer.content == body
        with pytest.raises(MirrorMiss):
            httpx.get("http://auth.internal/me", headers={"Authorization": f"Bearer {other}"})


def test_what_is_remembered_ends_with_the_mirror() -> None:
    """A mirror that changes answers anew, from the same request."""
    tags = neighbour("tags", Scenario("default", (told("/v1", b"old"),)))
    with isolated(Board([tags])), httpx.Client() as client:
        assert client.get("http://tags.internal/v1").content == b"old"
        tags.replayer.renew(Mirror("tags", "1", (Scenario("default", (told("/v1", b"new"),)),)))
        assert client.get("http://tags.internal/v1").content == b"new"


def test_a_mirror_that_cannot_be_read_is_told_when_it_is_asked() -> None:
    """And remembered as a problem, for a caller that swallows it."""
    broken = FormatError("is corrupt", where="mirrors/tags/1/mirror.json")
    with isolated(Board([neighbour("tags", broken=broken)])) as board, pytest.raises(FormatError, match="is corrupt"):
        httpx.get("http://tags.internal/v1")
    assert board.problems == [broken]


def test_the_journal_is_opened_by_the_first_recording(shelf: Any, service: Any) -> None:
    """A session that records nothing takes no lock; one that records closes what it opened."""
    opened: list[str] = []

    def open_journal() -> Any:
        opened.append("open")
        return shelf

    late = LateJournal(open_journal, Mirror("live", "1"))
    assert late.fold() == Mirror("live", "1")
    late.close()
    assert opened == []
    replayer = Replayer(Mirror("live", "1"), mode=Mode.RECORD, lock=threading.Lock())
    live = Neighbour("live", Forwarding(replayer, journal=late), url=service.url)
    with isolated(Board([live], session="me")):
        httpx.get(service.url + "/json")
        httpx.get(service.url + "/json", headers={"X-Truemirror-Session": "other"})
    live.close()
    assert opened == ["open"]
    assert [scenario for scenario, _ in shelf.kept] == ["me", "other"]
    assert all("X-Truemirror-Session" not in exchange.request.headers for exchange in shelf.exchanges)


def test_nothing_unredacted_reaches_the_journal(shelf: Any, service: Any) -> None:
    """As with any other recorder."""
    replayer = Replayer(Mirror("live", "1"), mode=Mode.RECORD, lock=threading.Lock())
    secret = "tok_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    with isolated(Board([Neighbour("live", Forwarding(replayer, journal=shelf), url=service.url)])):
        httpx.post(service.url + "/echo", json={"password": secret}, headers={"Authorization": f"Bearer {secret}"})
    assert secret not in repr(shelf.exchanges)
    assert Recorder(shelf, Redactor()).store(shelf.exchanges[0]) == shelf.exchanges[0]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "a.localhost", "0.0.0.0", ""])
def test_this_machine_is_known(host: str) -> None:
    """By every name that it has."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["128.0.0.1", "localhost.example.com", "127.evil.example", "10.0.0.1", "example.com"])
def test_other_machines_are_not_this_one(host: str) -> None:
    """Whatever they look like."""
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("pattern", "host", "allowed"),
    [
        ("api.example.com", "api.example.com", True),
        ("api.example.com", "API.example.com.", True),
        ("api.example.com", "evil-api.example.com", False),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "badexample.com", False),
        ("*", "anything", True),
    ],
)
def test_a_pattern_allows_what_it_says(pattern: str, host: str, allowed: bool) -> None:
    """Case and a final dot do not count; a star stands for at least one label."""
    assert covers(pattern, host) is allowed


def test_an_address_without_a_port_means_all_ports() -> None:
    """And one with a port, or with a scheme, only its own."""
    routes: Routes[str] = Routes()
    routes.add("tags.internal", "tags")
    routes.add("http://deals.internal", "deals")
    routes.add("auth.internal:81", "auth")
    assert [routes.find("tags.internal", port) for port in (80, 443, 8080)] == ["tags"] * 3
    assert [routes.find("deals.internal", port) for port in (80, 443)] == ["deals", None]
    assert [routes.find("auth.internal", port) for port in (80, 81)] == [None, "auth"]


def test_a_detour_changes_the_address_and_nothing_else() -> None:
    """Target and Host lead to the live service; body and all other fields stay."""
    detour = Detour.to("https://tags.live.example:8443/base/")
    assert detour.place == Place("https", "tags.live.example", 8443)
    raw = b"POST http://tags.internal/v1?x=1 HTTP/1.1\r\nHOST: tags.internal\r\nX: Host: y\r\n\r\nHost: no\r\n\r\n"
    assert detour.readdressed(raw) == (
        b"POST /base/v1?x=1 HTTP/1.1\r\nHost: tags.live.example:8443\r\nX: Host: y\r\n\r\nHost: no\r\n\r\n"
    )
