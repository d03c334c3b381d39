"""A mirror with the live service behind it: what is asked there, what is stored, what is compared."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from tests.adapters.http.mirror_serving import (
    answer,
    ask,
    body_of,
    call,
    lines_of,
    mirror,
    serving,
    status_of,
    talking,
    told,
)
from tests.adapters.http.raw_sockets import RawServer, answering, free_port, raw_server, read_message

from truemirror.adapters.http.client import HttpUpstream
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.decision import Mode
from truemirror.errors import StoreError
from truemirror.ports import Journal
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding, summarise

LIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Live: yes\r\n\r\nlive"
KNOWN = call("GET /known", answer(b"old!"))


def behind(server: RawServer, store: MirrorFiles | None = None) -> Callable[[Replayer], Forwarding]:
    """The service behind the mirror, and the store where its answers go."""

    def made(asked: Replayer) -> Forwarding:
        return Forwarding(
            asked, HttpUpstream(server.url), store.journal("tags", "1.0.0", replace=False) if store else None
        )

    return made


def test_what_is_missing_is_asked_once_and_known_from_then_on(tmp_path: Path) -> None:
    """A hit never reaches the service; a miss does, is stored before it is answered, and is a hit the next time."""
    seen: list[bytes] = []
    store = MirrorFiles(tmp_path)
    store.save(mirror(KNOWN))
    with raw_server(answering(LIVE, seen=seen)) as upstream:
        kept = store.load("tags")
        with serving(kept, forwarding=behind(upstream, store), mode=Mode.RECORD_MISSING) as server:
            answers = told(server, ask("GET /known"), *[ask("GET /new")] * 3)
            forwarding = server.mounts["tags"].forwarding
    assert [body_of(one) for one in answers] == [b"old!", b"live", b"live", b"live"]
    assert [line.split(b"\r\n")[0] for line in seen] == [b"GET /new HTTP/1.1"]
    assert forwarding is not None
    assert summarise(forwarding.replayer, forwarding).stored == 1
    targets = [exchange.request.target for _, _, exchange in store.load("tags").places()]
    assert targets == ["/known", "/new"]


@pytest.mark.parametrize(
    ("mode", "hit", "stored"),
    [
        (Mode.RECORD_MISSING, b"old!", 1),
        (Mode.RECORD, b"live", 2),
        (Mode.REFRESH, b"live", 2),
        (Mode.SPY, b"live", 0),
        (Mode.OFF, b"live", 0),
    ],
)
def test_the_modes_do_what_their_table_says(tmp_path: Path, mode: Mode, hit: bytes, stored: int) -> None:
    """A hit and a miss in every mode: who answers, and how much is stored."""
    store = MirrorFiles(tmp_path)
    store.save(mirror(KNOWN))
    with (
        raw_server(answering(LIVE)) as upstream,
        serving(store.load("tags"), forwarding=behind(upstream, store), mode=mode) as server,
    ):
        answers = told(server, ask("GET /known"), ask("GET /new"))
        forwarding = server.mounts["tags"].forwarding
    assert forwarding is not None
    assert forwarding.stored == stored
    assert [body_of(one) for one in answers] == [hit, b"live"]


def test_live_answers_are_passed_on_as_they_came() -> None:
    """No field is added or lost."""
    with (
        raw_server(answering(LIVE)) as upstream,
        serving(mirror(), forwarding=behind(upstream), mode=Mode.OFF) as server,
    ):
        assert told(server, ask("GET /x")) == [LIVE]


@pytest.mark.parametrize("mode", [Mode.REFRESH, Mode.SPY])
def test_a_live_answer_that_differs_is_told(mode: Mode) -> None:
    """What differs is named part by part; an answer that is the same is not mentioned."""
    same = call("GET /same", answer(b"live", 200, ("X-Live", "yes")))
    with (
        raw_server(answering(LIVE)) as upstream,
        serving(mirror(KNOWN, same), forwarding=behind(upstream), mode=mode) as server,
    ):
        told(server, ask("GET /known"), ask("GET /same"))
        forwarding = server.mounts["tags"].forwarding
        assert forwarding is not None
        (drifted,) = forwarding.drifted
    assert drifted.request == "GET /known"
    assert {one.part for one in drifted.differences} >= {"header:x-live", "body"}


def test_a_live_failure_is_a_failure_here_too() -> None:
    """A service that is down is refused, as it would be without the mirror."""
    gone = f"http://127.0.0.1:{free_port()}"

    def made(asked: Replayer) -> Forwarding:
        return Forwarding(asked, HttpUpstream(gone))

    with serving(mirror(), forwarding=made, mode=Mode.OFF) as server, pytest.raises(ConnectionResetError):
        told(server, ask("GET /x"))


def test_a_mode_that_needs_the_live_service_says_so_without_one() -> None:
    """The answer names the option that is missing."""
    with serving(mirror(), mode=Mode.RECORD_MISSING) as server:
        (got,) = told(server, ask("GET /x"))
    assert status_of(got) == 500
    assert json.loads(body_of(got))["error"]["fix"] == "add --upstream tags=URL"


class FullDisk:
    """A journal whose disk is full."""

    def append(self, scenario: str, exchange: object, began_ms: float = 0.0) -> None:
        """Refuse."""
        raise StoreError("the disk is full", where="mirrors/tags", fix="make room")

    def close(self) -> None:
        """Nothing to close."""


def test_what_cannot_be_stored_is_an_error_for_the_client_and_the_server_goes_on() -> None:
    """A test run that records must not end green with half a recording."""

    def made(asked: Replayer) -> Forwarding:
        return Forwarding(asked, HttpUpstream(upstream.url), FullDisk())  # type: ignore[arg-type]

    with (
        raw_server(answering(LIVE)) as upstream,
        serving(mirror(KNOWN), forwarding=made, mode=Mode.RECORD_MISSING) as server,
    ):
        failed, fine = told(server, ask("GET /new"), ask("GET /known"))
    assert (status_of(failed), status_of(fine)) == (500, 200)
    assert json.loads(body_of(failed))["error"]["message"] == "the disk is full"
    assert b"X-Truemirror: error" in lines_of(failed)


def test_requests_behind_one_that_is_asked_live_wait_for_their_turn() -> None:
    """Answers leave in the order of the requests, whoever gives them."""
    with (
        raw_server(answering(LIVE)) as upstream,
        serving(mirror(KNOWN), forwarding=behind(upstream), mode=Mode.RECORD_MISSING) as server,
        talking(server) as talk,
    ):
        talk.send(ask("GET /new") + ask("GET /known") + ask("GET /newer"))
        assert [body_of(talk.read()) for _ in range(3)] == [b"live", b"old!", b"live"]


def test_what_is_answered_after_recording_ended_is_refused_and_not_lost_silently(tmp_path: Path) -> None:
    """A client that was promised a recording hears that there is none, and may ask again."""
    store, arrived, go = MirrorFiles(tmp_path / "mirrors"), Event(), Event()

    def slow(connection: socket.socket, number: int) -> None:
        while read_message(connection):
            arrived.set()
            assert go.wait(30)
            connection.sendall(LIVE)

    def made(asked: Replayer) -> Forwarding:
        def opens(replace: bool) -> Journal:
            return store.journal("tags", "1.0.0", replace=replace)

        return Forwarding(asked, HttpUpstream(upstream.url), opens(True), opens)

    with (
        raw_server(slow) as upstream,
        serving(mirror(KNOWN), forwarding=made, mode=Mode.RECORD) as server,
        talking(server) as asking,
        talking(server) as steering,
    ):
        asking.send(ask("GET /new"))
        assert arrived.wait(30)
        switch = b'{"mode": "replay"}'
        steering.send(
            b"POST /__truemirror__/mode HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(switch), switch)
        )
        assert status_of(steering.read()) == 200
        go.set()
        got = asking.read()
    error = json.loads(body_of(got))["error"]
    assert (status_of(got), error["message"]) == (
        500,
        "the mode changed while tags answered, so its answer is not stored",
    )
    assert error["fix"] == "ask again"
