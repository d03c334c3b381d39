"""The recording proxy over HTTPS and over IPv6, on both of its sides."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from tests.adapters.http.raw_sockets import PATIENCE, answering, raw_server
from tests.adapters.http.test_server_tls import has_ipv6

from truemirror.adapters.certificates import Tls, tls_for
from truemirror.adapters.http.proxy_host import ProxyThread
from truemirror.core.route import Route
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Response

LIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlive"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A CA, and a certificate for this machine."""
    return tls_for([], tmp_path_factory.mktemp("data") / "ca")


def recorded(host: ProxyThread, route: Route, drive: Callable[[str], object]) -> list[Exchange]:
    """What a proxy records of a drive, which gets the proxy's address."""
    kept: list[Exchange] = []
    try:
        (standing,) = host.serve({route: lambda exchange, session, began_ms: kept.append(exchange)}, lambda error: None)
        drive(standing.url)
    finally:
        host.stop()
    return kept


def test_a_client_that_insists_on_https_is_recorded_in_front_of_plain_http(tls: Tls) -> None:
    """Its Origin is the upstream's own, as if it had asked there."""

    def drive(url: str) -> None:
        assert url.startswith("https://127.0.0.1:")
        got = requests.get(f"{url}/v1", headers={"Origin": url}, verify=str(tls.ca), timeout=PATIENCE)
        assert got.text == "live"

    with raw_server(answering(LIVE)) as upstream:
        (one,) = recorded(ProxyThread(tls=tls.context), Route("tags", upstream.url), drive)
        assert one.request.headers.get("origin") == upstream.url
    assert isinstance(one.outcome, Response)


def two_in_a_row(front: ProxyThread, back: ProxyThread, tls: Tls) -> Exchange:
    """What a plain proxy records of one behind TLS, whose client may be refused."""
    with raw_server(answering(LIVE)) as upstream:
        try:
            (secure,) = back.serve({Route("inner", upstream.url): lambda *kept: None}, lambda error: None)
            (one,) = recorded(front, Route("tags", secure.url), lambda url: requests.get(f"{url}/v1", timeout=PATIENCE))
        finally:
            back.stop()
    return one


def test_an_upstream_behind_tls_is_recorded_when_it_is_trusted(tls: Tls) -> None:
    """By `--ca`."""
    one = two_in_a_row(ProxyThread(ca=tls.ca), ProxyThread(tls=tls.context), tls)
    assert isinstance(one.outcome, Response)
    assert one.outcome.body == b"live"


def test_ssl_cert_file_is_trusted(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    """As other programs do."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca))
    assert isinstance(two_in_a_row(ProxyThread(), ProxyThread(tls=tls.context), tls).outcome, Response)


def test_an_upstream_that_is_not_trusted_is_recorded_as_a_fault_of_tls(tls: Tls, tmp_path: Path) -> None:
    """That is what it is to its clients."""
    stranger = tls_for([], tmp_path / "ca")
    one = two_in_a_row(ProxyThread(ca=stranger.ca), ProxyThread(tls=tls.context), tls)
    assert isinstance(one.outcome, Fault)
    assert one.outcome.kind is FaultKind.TLS


def test_a_client_that_does_not_trust_the_proxy_records_nothing(tls: Tls) -> None:
    """It never asked."""

    def drive(url: str) -> None:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/v1", timeout=PATIENCE, verify=ssl.get_default_verify_paths().cafile or True)

    with raw_server(answering(LIVE)) as upstream:
        assert recorded(ProxyThread(tls=tls.context), Route("tags", upstream.url), drive) == []


@pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")
def test_ipv6_addresses_are_told_in_brackets_and_work() -> None:
    """What is recorded names the upstream."""

    def drive(url: str) -> None:
        assert url.startswith("http://[::1]:")
        assert requests.get(f"{url}/v1", timeout=PATIENCE).text == "live"

    with raw_server(answering(LIVE)) as upstream:
        (one,) = recorded(ProxyThread(), Route("tags", upstream.url, "::1"), drive)
        assert one.request.headers.get("host") == upstream.url.removeprefix("http://")
