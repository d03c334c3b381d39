"""`truemirror serve --watch` on real files, and `--tls` and IPv6, as it is used: as a process."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from tests.cli.test_serve import PATIENCE, ended, line, mirror
from tests.tiny_services import until

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.bootstrap import mirror_doors
from truemirror.bootstrap.watching import looks, watch
from truemirror.cli.output import load_config
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Mirror
from truemirror.usecases.serve_plan import Serving
from truemirror.usecases.serve_watch import Changed

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def store(tmp_path: Path) -> MirrorFiles:
    """A folder with one mirror."""
    made = MirrorFiles(tmp_path / "mirrors")
    made.save(mirror("tags"))
    return made


@pytest.fixture
def serve(tmp_path: Path, store: MirrorFiles) -> Iterator[Start]:
    """Starts the command; whatever still runs is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, python: str = "") -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEMIRROR", "COV"))}
        command = ["-c", python] if python else ["-m", "truemirror"]
        process = subprocess.Popen(
            [sys.executable, *command, "serve", "tags", "--mirrors", str(store.root), *arguments],
            cwd=tmp_path,
            env=kept | {"XDG_DATA_HOME": str(tmp_path / "data")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def url_of(told: str) -> str:
    """The address in a line `serving NAME: URL  ...`."""
    return told.split()[2]


class Errors:
    """What a process says on standard error, line by line, as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Listen."""
        self.lines: list[str] = []
        self._stream = process.stderr
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Until its end."""
        assert self._stream is not None
        for told in self._stream:
            self.lines.append(told.rstrip("\n"))

    def tells(self, text: str) -> bool:
        """Whether it comes to say this."""
        return until(lambda: any(text in told for told in self.lines))


def test_a_changed_mirror_is_served_without_a_restart(serve: Start, store: MirrorFiles) -> None:
    """On the same connection; a broken edit is told with its place and what was served stays."""
    process = serve("--watch")
    client = HTTPConnection(str(urlsplit(url_of(line(process))).netloc), timeout=PATIENCE)
    errors = Errors(process)

    def status(target: str) -> int:
        """The status of a GET on the connection that stays open."""
        client.request("GET", target)
        got = client.getresponse()
        got.read()
        return got.status

    assert (status("/v1/tags"), status("/v1/deals")) == (200, 501)
    kept = client.sock
    both = (*mirror("tags").scenarios[0].exchanges, *mirror("deals").scenarios[0].exchanges)
    store.save(mirror("tags").with_scenario(replace(mirror("tags").scenarios[0], exchanges=both)))
    assert until(lambda: status("/v1/deals") == 200)
    assert errors.tells("serving tags anew: 2 recordings, 1 scenario")
    main = store.root / "tags" / "1.0.0" / "mirror.json"
    good = main.read_text()
    main.write_text(good[: len(good) // 2])
    assert errors.tells("tags is served as it was")
    assert errors.tells("mirror.json")
    assert (status("/v1/tags"), status("/v1/deals")) == (200, 200)
    main.write_text(good)
    store.save(mirror("tags"))
    assert until(lambda: status("/v1/deals") == 501)
    assert status("/v1/tags") == 200
    assert client.sock is kept
    shutil.rmtree(store.root / "tags")
    assert errors.tells("there is no mirror of 'tags'")
    assert status("/v1/tags") == 200
    client.close()
    process.terminate()
    assert process.wait(PATIENCE) == 0


def test_a_mirror_that_is_still_empty_is_no_error_of_its_watch(tmp_path: Path) -> None:
    """Until somebody records it; then it is served."""
    config = load_config(mirrors=tmp_path)
    seen = looks(config)
    how = Serving(Mode.SPY, upstreams={"tags": "http://127.0.0.1:9"})
    (door,), _ = mirror_doors(config, ["tags"], how)
    watching = watch(config, door.mounts, seen)
    assert [one for _ in range(3) for one in watching.changes()] == []
    MirrorFiles(tmp_path).save(mirror("tags"))
    assert [type(one) for _ in range(3) for one in watching.changes()] == [Changed]


def test_without_watch_the_files_are_read_once(serve: Start, store: MirrorFiles) -> None:
    """What is served is what was there at the start."""
    process = serve()
    url = url_of(line(process))
    store.save(Mirror("tags", "1.0.0"))
    assert requests.get(f"{url}/v1/tags", timeout=PATIENCE).status_code == 200
    assert ended(process)[0] == 0


def test_tls_is_served_and_its_ca_is_told(serve: Start, tmp_path: Path) -> None:
    """Two lines for a person; the certificate verifies against the file that is named, and the key is the user's."""
    process = serve("--tls")
    url, trust = url_of(line(process)), line(process)
    ca = tmp_path / "data" / "truemirror" / "ca" / "ca.pem"
    assert url.startswith("https://127.0.0.1:")
    assert trust == f"to trust it: SSL_CERT_FILE={ca} REQUESTS_CA_BUNDLE={ca}"
    assert requests.get(f"{url}/v1/tags", verify=str(ca), timeout=PATIENCE).status_code == 200
    code, _, err = ended(process)
    assert code == 0
    assert "served tags: 1 hit, 0 misses" in err


def test_a_second_server_is_trusted_as_the_first_was(serve: Start) -> None:
    """Told to a script in JSON."""
    told = [json.loads(line(serve("--tls", "--json"))) for _ in range(2)]
    assert told[0]["ca"] == told[1]["ca"]
    context = ssl.create_default_context(cafile=told[0]["ca"])
    for one in told:
        port = urlsplit(one["serving"]["tags"]["url"]).port
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            assert client.version()


def test_configured_hosts_are_certified(serve: Start, tmp_path: Path) -> None:
    """A client that asks a service by its own name verifies it."""
    (tmp_path / "truemirror.toml").write_text('[services.tags]\nhosts = ["tags.internal:8443"]\n')
    told = json.loads(line(serve("--tls", "--json")))
    context = ssl.create_default_context(cafile=told["ca"])
    port = urlsplit(told["serving"]["tags"]["url"]).port
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname="tags.internal") as client,
    ):
        client.sendall(b"GET /v1/tags HTTP/1.1\r\nHost: tags.internal\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_without_the_package_it_is_said_what_to_install(serve: Start) -> None:
    """Wrong usage, without a traceback."""
    hidden = "import sys; sys.modules['cryptography'] = None; from truemirror.cli.main import main; sys.exit(main())"
    process = serve("--tls", python=hidden)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "pip install 'truemirror[tls]'" in err
    assert "Traceback" not in err


def test_a_token_opens_the_control_paths(serve: Start) -> None:
    """On an address that other machines reach they are shut without one."""
    shut, opened = serve("--host", "0.0.0.0"), serve("--host", "0.0.0.0", "--control-token", "sesame-opens")
    status = "/__truemirror__/status"
    token = {"Authorization": "Bearer sesame-opens"}
    assert requests.get(url_of(line(shut)) + status, timeout=PATIENCE, headers=token).status_code == 403
    url = url_of(line(opened))
    assert requests.get(url + status, timeout=PATIENCE).status_code == 401
    assert requests.get(url + status, timeout=PATIENCE, headers=token).json()["mirrors"][0]["service"] == "tags"
