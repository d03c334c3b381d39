"""The user's own CA and what it signs."""

import ssl
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from truemirror.adapters import certificates
from truemirror.adapters.certificates import tls_for, user_folder
from truemirror.bootstrap.tls import tls
from truemirror.config import Config, ServiceConfig
from truemirror.errors import FormatError, StoreError, UsageError


def met(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """A handshake without a network; gives the client's side. Raises what the client raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=name)
    for side in (theirs, ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return theirs


def trusting(ca: Path) -> ssl.SSLContext:
    """A client that trusts this CA and nobody else, and is as strict as any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "tags.internal", "müller.test", "10.1.2.3"])
def test_a_client_that_trusts_the_ca_meets_the_server_by_each_of_its_names(tmp_path: Path, name: str) -> None:
    """This machine's and those that were named."""
    made = tls_for(["tags.internal", "müller.test", "10.1.2.3", "localhost"], tmp_path / "ca")
    assert met(made.context, trusting(made.ca), name).version() in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize("name", ["fd00::7", "fd00::8", "tags.internal", "tags.test"])
def test_a_service_is_met_by_each_of_its_configured_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In every form that the configuration takes, with a port and without."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    hosts = ("[fd00::7]", "[fd00::8]:8443", "tags.internal", "tags.test:8443")
    made = tls(Config(tmp_path, services={"tags": ServiceConfig("tags", hosts=hosts)}), "127.0.0.1", ["tags"])
    assert met(made.context, trusting(made.ca), name).version()


def test_no_other_name_is_certified(tmp_path: Path) -> None:
    """A client that asks by another refuses."""
    made = tls_for(["tags.internal"], tmp_path / "ca")
    with pytest.raises(ssl.SSLCertVerificationError):
        met(made.context, trusting(made.ca), "deals.internal")


def test_who_does_not_trust_the_ca_refuses(tmp_path: Path) -> None:
    """Also when it trusts another of the same name."""
    made, other = tls_for([], tmp_path / "ca"), tls_for([], tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        met(made.context, trusting(other.ca), "localhost")


def test_the_ca_stays_and_is_trusted_at_the_next_start(tmp_path: Path) -> None:
    """What a client was told once holds."""
    folder = tmp_path / "ca"
    before = tls_for([], folder).ca.read_bytes()
    again = tls_for([], folder)
    assert again.ca.read_bytes() == before
    assert met(again.context, trusting(again.ca), "localhost").version()


def test_of_two_who_make_it_at_once_one_ca_stays(tmp_path: Path) -> None:
    """Both serve what is signed by the one that is on disk."""
    made: list[certificates.Tls] = []
    makers = [threading.Thread(target=lambda: made.append(tls_for([], tmp_path / "ca"))) for _ in range(4)]
    for one in makers:
        one.start()
    for one in makers:
        one.join()
    assert [bool(met(one.context, trusting(tmp_path / "ca" / "ca.pem"), "localhost").version()) for one in made] == [
        True
    ] * 4


def test_the_key_is_the_users_alone_and_git_never_sees_it(tmp_path: Path) -> None:
    """Also after somebody opened it; and no server's key is kept at all."""
    folder = tmp_path / "ca"
    tls_for([], folder)
    (folder / "ca-key.pem").chmod(0o644)
    tls_for([], folder)
    assert stat.S_IMODE((folder / "ca-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in tmp_path.rglob("*.pem")) == ["ca-key.pem", "ca.pem"]


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG_DATA_HOME where it is absolute, else below the home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "mirrors")
    assert user_folder() == tmp_path / ".local" / "share" / "truemirror" / "ca"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert user_folder() == tmp_path / "data" / "truemirror" / "ca"


def test_a_ca_that_is_about_to_expire_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month before."""
    folder = tmp_path / "ca"
    monkeypatch.setattr(certificates, "_CA_DAYS", 29)
    old = tls_for([], folder).ca.read_bytes()
    monkeypatch.undo()
    new = tls_for([], folder).ca.read_bytes()
    assert new != old
    assert x509.load_pem_x509_certificate(new).not_valid_after_utc > datetime.now(UTC) + timedelta(days=3000)


def test_several_who_renew_a_ca_at_once_end_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the CA that is kept afterwards, so that its clients trust it."""
    folder = tmp_path / "ca"
    monkeypatch.setattr(certificates, "_CA_DAYS", 29)
    tls_for([], folder)
    monkeypatch.undo()
    program = (
        "import sys; from pathlib import Path; from truemirror.adapters.certificates import _ca;"
        "sys.stdin.readline(); print(_ca(Path(sys.argv[1]))[0].serial_number)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    several = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for one in several:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = {one.communicate(timeout=60)[0].strip() for one in several}
    kept = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    assert told == {str(kept.serial_number)}
    assert not list(tmp_path.glob(".ca-*"))


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem"])
@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_damaged_ca_is_told(tmp_path: Path, name: str, content: bytes | None) -> None:
    """With its place and what to do; a certificate that is gone is made anew only together with its key."""
    folder = tmp_path / "ca"
    tls_for([], folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(FormatError, match=str(folder)):
        tls_for([], folder)


def test_a_key_of_another_ca_is_told(tmp_path: Path) -> None:
    """It could sign nothing that anybody trusts."""
    tls_for([], tmp_path / "ca")
    tls_for([], tmp_path / "other")
    (tmp_path / "other" / "ca-key.pem").rename(tmp_path / "ca" / "ca-key.pem")
    with pytest.raises(FormatError, match="its key is another's"):
        tls_for([], tmp_path / "ca")


def test_a_place_that_cannot_hold_a_ca_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="XDG_DATA_HOME"):
        tls_for([], tmp_path / "file" / "ca")


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    """Rather than left out."""
    with pytest.raises(UsageError, match="cannot stand in a certificate"):
        tls_for(["ü" * 80], tmp_path / "ca")


def test_without_the_package_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And nothing is begun."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(UsageError, match=r"pip install 'truemirror\[tls\]'"):
        tls_for([], tmp_path / "ca")
    assert not (tmp_path / "ca").exists()


def test_the_package_is_loaded_only_when_it_is_asked_for() -> None:
    """Serving plain HTTP works without it."""
    code = "import sys, truemirror.adapters.certificates, truemirror.cli.serve, truemirror.bootstrap.tls; "
    subprocess.run([sys.executable, "-c", f"{code} assert 'cryptography' not in sys.modules"], check=True)
