"""WebSockets on disk: written down while they go on, folded as one exchange, without their secrets."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.adapters.http.socket_talking import dialled, echo, service
from websockets.sync.server import ServerConnection

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.frame import Frame, FrameKind, Side

TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"


def recorder(folder: Path, url: str) -> tuple["subprocess.Popen[str]", int]:
    """A real recorder of the service `tags`, and where it listens."""
    command = [sys.executable, "-m", "truemirror", "record", "tags", "--upstream", url, "--mirrors", str(folder)]
    process = subprocess.Popen(
        [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "it did not start"
    port = json.loads(line)["recording"]["tags"]["url"].rpartition(":")[2]
    return process, int(port)


def frames(folder: Path) -> list[Frame]:
    """What the mirror holds of its only conversation."""
    (exchange,) = (exchange for _, _, exchange in MirrorFiles(folder).load("tags").places())
    assert isinstance(exchange.outcome, Response)
    return list(exchange.outcome.frames)


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    """End a recorder."""
    os.kill(process.pid, how)
    process.communicate(timeout=30)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_client_saw_is_there_after_the_recorder_ends_in_the_middle(tmp_path: Path, how: signal.Signals) -> None:
    """The conversation is still open: killed or stopped, nothing that was said is missing."""
    with service(echo) as url:
        process, port = recorder(tmp_path, url)
        try:
            with dialled(port) as client:
                for number in range(10):
                    client.send(f"word {number}")
                    assert client.recv(timeout=30) == f"word {number}"
                end(process, how)
        finally:
            process.kill()
            process.wait()
    said = [one.payload for one in frames(tmp_path) if one.side is Side.SERVER and one.kind is FrameKind.TEXT]
    assert said == [b"word %d" % number for number in range(10)]


def test_no_byte_of_a_secret_in_a_frame_is_kept(tmp_path: Path) -> None:
    """One that a client brings and one that the service hands out, in texts, in the close, in the journal."""
    handed = "vT5mKq2Zr8Lx4Wd9Bn3CvT5mKq2Z"

    def hand_out(connection: ServerConnection) -> None:
        connection.send(json.dumps({"access_token": handed}))
        connection.recv()
        connection.send(json.dumps({"you": TOKEN, "token": TOKEN}))
        connection.recv()
        connection.close(4000, f"bye {TOKEN}")

    with service(hand_out) as url:
        process, port = recorder(tmp_path, url)
        try:
            with dialled(port) as client:
                client.recv(timeout=30)
                client.send(json.dumps({"token": TOKEN}))
                assert json.loads(client.recv(timeout=30))["you"] == TOKEN
                client.send(json.dumps({"again": handed}))
            journals = [path.read_text() for path in tmp_path.rglob("*.jsonl")]
            assert journals
            assert not any(TOKEN in text or handed in text for text in journals)
            end(process, signal.SIGTERM)
        finally:
            process.kill()
            process.wait()
    texts = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(TOKEN in text or handed in text for text in texts)
    said = [json.loads(one.payload) for one in frames(tmp_path) if one.kind is FrameKind.TEXT]
    assert said[1]["token"] == said[2]["token"]
    assert said[0]["access_token"] == said[3]["again"]


def test_a_large_message_has_a_file_of_its_own_and_recording_again_changes_no_line(tmp_path: Path) -> None:
    """Beyond 64 KiB, in `bodies/`; times and keys of another day change nothing."""
    seen: list[dict[str, bytes]] = []
    for _ in range(2):
        with service(echo) as url:
            process, port = recorder(tmp_path, url)
            try:
                with dialled(port) as client:
                    client.send("y" * 70_000)
                    assert len(client.recv(timeout=30)) == 70_000
                end(process, signal.SIGTERM)
            finally:
                process.kill()
                process.wait()
        found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        seen.append(found)
    assert seen[0] == seen[1]
    assert any("/bodies/" in name for name in seen[0])
    assert [len(one.payload) for one in frames(tmp_path) if one.kind is FrameKind.TEXT] == [70_000, 70_000]
