"""The mirror server over HTTPS and over IPv6, met by real clients."""

import errno
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
import requests
from tests.adapters.http.mirror_serving import Talk, answer, ask, body_of, call, mirror, serving, status_of
from tests.adapters.http.raw_sockets import PATIENCE
from tests.tiny_services import until

from truemirror.adapters.certificates import Tls, tls_for
from truemirror.adapters.http.server import MirrorServer
from truemirror.core.wire.exchange import Chunk, Fault, FaultKind

FINE = call("GET /fine", answer(b"fine"))


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A CA, and a certificate for this machine and a service of it."""
    return tls_for(["tags.internal"], tmp_path_factory.mktemp("data") / "ca")


@contextmanager
def secured(server: MirrorServer, tls: Tls, *, alpn: tuple[str, ...] = (), name: str = "localhost") -> Iterator[Talk]:
    """A connection that trusts the CA and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tls.ca)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    port = int(server.url().rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False) as client,
    ):
        talk = Talk(client)
        try:
            yield talk
        finally:
            talk.close()


def test_requests_and_httpx_verify_it_against_the_ca(tls: Tls) -> None:
    """By each of the machine's names; its address says https."""
    with serving(mirror(FINE), tls=tls.context) as server:
        url = server.url()
        assert url.startswith("https://127.0.0.1:")
        assert requests.get(f"{url}/fine", verify=str(tls.ca), timeout=PATIENCE).text == "fine"
        by_name = url.replace("127.0.0.1", "localhost")
        assert httpx.get(f"{by_name}/fine", verify=ssl.create_default_context(cafile=str(tls.ca))).text == "fine"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/fine", timeout=PATIENCE)
        assert requests.get(f"{by_name}/fine", verify=str(tls.ca), timeout=PATIENCE).text == "fine"


def test_many_requests_on_one_connection_by_a_services_own_name(tls: Tls) -> None:
    """The short way included."""
    with serving(mirror(FINE), tls=tls.context) as server, secured(server, tls, name="tags.internal") as talk:
        for _ in range(5):
            talk.send(ask("GET /fine"))
            assert body_of(talk.read()) == b"fine"
        talk.send(ask("GET /nothing"))
        assert status_of(talk.read()) == 501


def test_a_large_answer_arrives_whole(tls: Tls) -> None:
    """Larger than any buffer on the way."""
    large = b"x" * 3_000_000
    with serving(mirror(call("GET /large", answer(large))), tls=tls.context) as server:
        got = requests.get(f"{server.url()}/large", verify=str(tls.ca), timeout=PATIENCE)
    assert got.content == large


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(("h2", "http/1.1"), "h2"), (("http/1.1",), "http/1.1"), (("h2",), "h2"), (("http/0.9",), None), ((), None)],
)
def test_http_2_is_agreed_on_where_it_is_offered(tls: Tls, offered: tuple[str, ...], chosen: str | None) -> None:
    """Else HTTP/1.1, which needs no agreement."""
    with serving(mirror(FINE), tls=tls.context) as server, secured(server, tls, alpn=offered) as talk:
        assert isinstance(talk.connection, ssl.SSLSocket)
        assert talk.connection.selected_alpn_protocol() == chosen


def test_who_agreed_on_http_2_may_speak_http_1_1_all_the_same(tls: Tls) -> None:
    """What it begins with decides."""
    with serving(mirror(FINE), tls=tls.context) as server, secured(server, tls, alpn=("h2",)) as talk:
        talk.send(ask("GET /fine"))
        assert body_of(talk.read()) == b"fine"


def test_redirects_of_the_service_stay_on_https(tls: Tls) -> None:
    """An absolute one that was recorded of http leads to the mirror as it is asked."""
    moved = call("GET /old", answer(b"", 302, ("Location", "http://tags.test/fine")))
    with serving(mirror(moved, FINE), tls=tls.context) as server:
        got = requests.get(f"{server.url()}/old", verify=str(tls.ca), timeout=PATIENCE, headers={"Accept-Encoding": ""})
    assert got.url == f"{server.url()}/fine"
    assert got.text == "fine"


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.EMPTY])
def test_a_recorded_break_is_one_through_tls(tls: Tls, kind: FaultKind) -> None:
    """The connection ends without an answer; where it was reset, with a reset below TLS."""
    with serving(mirror(call("GET /broken", Fault(kind))), tls=tls.context) as server, secured(server, tls) as talk:
        talk.send(ask("GET /broken"))
        if kind is FaultKind.RESET:
            assert until(lambda: talk.connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET)
        else:
            assert talk.connection.recv(1) == b""


def test_a_client_that_closes_while_it_waits_disturbs_nobody(tls: Tls, caplog: pytest.LogCaptureFixture) -> None:
    """TLS cannot be closed on one side only: its answer is dropped, quietly."""
    slow = call("GET /slow", answer(b"ab", chunks=(Chunk(1, 0.0), Chunk(1, 60_000.0))), elapsed_ms=60_000.0)
    with serving(mirror(slow, FINE), tls=tls.context, latency="recorded") as server:
        with secured(server, tls) as talk:
            talk.send(ask("GET /slow"))
            assert talk.connection.recv(1)
        with secured(server, tls) as talk:
            talk.send(ask("GET /fine"))
            assert body_of(talk.read()) == b"fine"
    assert not caplog.records


def test_an_open_connection_does_not_keep_the_server_from_ending(tls: Tls) -> None:
    """It is closed; its client reads the end."""
    with serving(mirror(FINE), tls=tls.context) as server, secured(server, tls) as talk:
        talk.send(ask("GET /fine"))
        assert body_of(talk.read()) == b"fine"
        server.stop()
        with suppress(ssl.SSLEOFError, ConnectionResetError):
            assert talk.connection.recv(1) == b""


def test_plain_http_at_a_tls_port_gets_no_answer_and_disturbs_nobody(
    tls: Tls, caplog: pytest.LogCaptureFixture
) -> None:
    """Its connection ends; others go on."""
    with serving(mirror(FINE), tls=tls.context) as server:
        port = int(server.url().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
            plain.sendall(ask("GET /fine"))
            with suppress(ConnectionResetError):
                assert b"fine" not in plain.recv(1000)
        assert requests.get(f"{server.url()}/fine", verify=str(tls.ca), timeout=PATIENCE).text == "fine"
    assert not caplog.records


def has_ipv6() -> bool:
    """Whether this machine can talk to itself over IPv6."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")
@pytest.mark.parametrize("is_secured", [False, True])
def test_ipv6_addresses_are_told_in_brackets_and_work(tls: Tls, is_secured: bool) -> None:
    """Answers and control paths alike."""
    with serving(mirror(FINE), host="::1", tls=tls.context if is_secured else None) as server:
        url = server.url()
        assert url.startswith("https://[::1]:" if is_secured else "http://[::1]:")
        assert requests.get(f"{url}/fine", verify=str(tls.ca), timeout=PATIENCE).text == "fine"
        status = requests.get(f"{url}/__truemirror__/status", verify=str(tls.ca), timeout=PATIENCE)
    assert json.loads(status.text)["mirrors"][0]["hits"] == 1
