"""Certificates for serving HTTPS on this machine: a CA of the user's own, and what it signs for each start.

    $XDG_DATA_HOME/truemirror/ca/    ca.pem, for clients to trust    ca-key.pem, readable by the user alone

Rules: the CA is made once and kept outside of every repository; a server's own key never rests on disk. The package
`cryptography` is loaded when a certificate is asked for, never before.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from truemirror.errors import FormatError, StoreError, UsageError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_CA_DAYS = 3650
_SERVER_DAYS = 90
_RENEW_DAYS = 30
_ALPN = ["h2", "http/1.1"]


@dataclass(frozen=True, slots=True)
class Tls:
    """What a server needs for HTTPS, and its clients for trusting it."""

    context: ssl.SSLContext
    ca: Path
    """The certificate of the CA."""


def user_folder() -> Path:
    """Where the user's CA is kept."""
    named = os.environ.get("XDG_DATA_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".local" / "share"
    return base / "truemirror" / "ca"


def tls_for(names: Iterable[str], folder: Path | None = None) -> Tls:
    """HTTPS for a server that is asked by these names, and as this machine itself.

    Raises UsageError without the package or for a name that cannot be certified, FormatError for a damaged CA,
    StoreError where it cannot be kept.
    """
    _needed()
    kept = folder or user_folder()
    try:
        certificate, key = _ca(kept)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"the local CA cannot be kept: {reason}", where=str(kept), fix="set XDG_DATA_HOME") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(_ALPN)
    with _chain(certificate, key, dict.fromkeys((*_LOCAL, *names))) as chain:
        context.load_cert_chain(chain)
    return Tls(context, kept / CERTIFICATE)


def _needed() -> None:
    """Raise UsageError where the package is missing."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        fix = "pip install 'truemirror[tls]'"
        raise UsageError("--tls needs the package cryptography, which is not installed", fix=fix) from None


def _ca(folder: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """The CA, made where there is none or it is about to expire; of several who do so at once, one after the other."""
    with _alone(folder):
        if not (folder / CERTIFICATE).exists():
            _make(folder)
        certificate, key = _read(folder)
        if certificate.not_valid_after_utc < datetime.now(UTC) + timedelta(days=_RENEW_DAYS):
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".ca-") as aside:
                folder.rename(Path(aside) / "old")
                _make(folder)
            certificate, key = _read(folder)
    return certificate, key


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes or renews the CA meanwhile, where the system has locks for that."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder.parent / f".{folder.name}.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(folder: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """The CA as it is kept; its key is made private again if it was opened to others. Raises FormatError."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        key = load_pem_private_key((folder / KEY).read_bytes(), None)
        if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("its key is another's")
    except (ValueError, TypeError, FileNotFoundError) as error:
        fix = f"remove {folder}; a new one is made at the next start, which its clients have to trust anew"
        raise FormatError(f"the local CA is damaged: {error}", where=str(folder), fix=fix) from None
    (folder / KEY).chmod(0o600)
    return certificate, key


def _make(folder: Path) -> None:
    """A new CA, whole or not at all; of two who make one at once, the first one's stays."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".ca-") as made:
        beside = Path(made) / "ca"
        beside.mkdir(mode=0o700)
        (beside / ".gitignore").write_text("*\n")  # whatever this folder is in, the key stays out of it
        (beside / CERTIFICATE).write_bytes(_ca_certificate(key).public_bytes(Encoding.PEM))
        descriptor = os.open(beside / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_pem(key))
        with contextlib.suppress(OSError):
            beside.rename(folder)
    if not (folder / CERTIFICATE).exists():
        raise FormatError("this is no folder of a CA", where=str(folder), fix="move it away, or set XDG_DATA_HOME")


def _ca_certificate(key: EllipticCurvePrivateKey) -> x509.Certificate:
    """A CA that signs servers, and no other CA."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "truemirror local CA")])
    return (
        _begun(name, name, key, _CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )


@contextlib.contextmanager
def _chain(ca: x509.Certificate, ca_key: EllipticCurvePrivateKey, names: Iterable[str]) -> Iterator[Path]:
    """A file with a new key, its certificate and the CA's (browsers look for the key they believe); gone afterwards."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "truemirror")])
    certificate = (
        _begun(subject, ca.subject, key, _SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_named(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, SHA256())
    )
    with tempfile.TemporaryDirectory(prefix="truemirror-") as folder:
        file = Path(folder) / "chain.pem"
        file.write_bytes(_pem(key) + b"".join(one.public_bytes(Encoding.PEM) for one in (certificate, ca)))
        yield file


def _begun(subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    """What all certificates say."""
    from cryptography import x509

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may be used for."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.GeneralName:
    """A name that a server is asked by: an address or a host. Raises UsageError."""
    from cryptography import x509

    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    try:
        return x509.DNSName(name.encode("idna").decode("ascii") if not name.isascii() else name)
    except (UnicodeError, ValueError) as error:
        raise UsageError(f"'{name}' cannot stand in a certificate: {error}", fix="give a host's name") from None


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    """A key as text."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
