"""An upstream that asks its clients for a certificate is recorded with the one that the recorder was given."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.adapters.http.raw_sockets import PATIENCE, answering, raw_server
from tests.adapters.http.test_proxy_https import LIVE, recorded

from truemirror.adapters.certificates import Tls, tls_for
from truemirror.adapters.http.pool import Certificate
from truemirror.adapters.http.proxy_host import ProxyThread
from truemirror.core.route import Route
from truemirror.core.wire.exchange import Exchange, Fault
from truemirror.errors import UsageError

KEY = "client-key.pem"


def own_certificate(folder: Path) -> Path:
    """A client's certificate that vouches for itself, its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a client")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "client.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / KEY).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "client.pem"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client's certificate."""
    return own_certificate(tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, shown: Path) -> Tls:
    """HTTPS of a server that takes only a client with that certificate."""
    tls = tls_for([], tmp_path_factory.mktemp("asking") / "ca")
    tls.context.verify_mode = ssl.CERT_REQUIRED
    tls.context.load_verify_locations(shown)
    return tls


def passed(tls: Tls, certificate: Certificate | None) -> Exchange:
    """What is recorded of one request to it."""
    back = ProxyThread(tls=tls.context)
    with raw_server(answering(LIVE)) as upstream:
        try:
            (secure,) = back.serve({Route("inner", upstream.url): lambda *kept: None}, lambda error: None)
            front = ProxyThread(ca=tls.ca, certificate=certificate)
            (one,) = recorded(front, Route("tags", secure.url), lambda url: _ask(url))
        finally:
            back.stop()
    return one


def _ask(url: str) -> None:
    """One request, whatever comes of it."""
    with suppress(requests.ConnectionError):
        requests.get(f"{url}/v1", timeout=PATIENCE)


@pytest.mark.parametrize("apart", [True, False])
def test_the_certificate_is_shown(asking: Tls, shown: Path, apart: bool, tmp_path: Path) -> None:
    """With its key in another file, or in the same."""
    key = shown.with_name(KEY)
    both = tmp_path / "both.pem"
    both.write_text(shown.read_text() + key.read_text())
    assert passed(asking, (shown, key) if apart else (both, None)).status == 200


def test_without_one_the_failure_is_recorded(asking: Tls) -> None:
    """As what it is: a connection that the upstream ended."""
    assert isinstance(passed(asking, None).outcome, Fault)


def test_a_certificate_that_cannot_be_used_is_refused(shown: Path) -> None:
    """Before anything listens: no key, or no TLS at all."""
    host = ProxyThread(certificate=(shown, None))
    with pytest.raises(UsageError, match="client certificate cannot be read"):
        host.serve({Route("tags", "https://127.0.0.1:1"): lambda *kept: None}, lambda error: None)
    with pytest.raises(UsageError, match="over TLS only"):
        host.serve({Route("tags", "http://127.0.0.1:1"): lambda *kept: None}, lambda error: None)
