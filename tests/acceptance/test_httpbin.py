"""A service that nobody here wrote: httpbin is recorded and replayed, and no client sees the difference."""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

import pytest
from tests.acceptance.httpbin_walks import JOURNEYS
from tests.acceptance.running import TRUEMIRROR, Running, running
from tests.acceptance.sharing import made_once
from tests.acceptance.visitors import VISITORS, Seen

Seens = list[list[Seen]]

THROUGH_THE_PROXY = {
    "date": "it is the moment of the answer",
    "connection": "it concerns one connection, and the proxy's to its client is another one (RFC 9110 §7.6.1)",
}
"""Header fields in which the recorder's answer may differ from the live service's, and why."""

FROM_THE_MIRROR = {
    "connection": "a recorder ends its client's connection when the service answered before the request was whole",
}
"""Header fields in which the mirror's answer may differ from what the recording client saw; not even the date."""

KEEPS_CONNECTIONS = """
import uvicorn
from httpbin import app
server = uvicorn.Server(uvicorn.Config(app, interface="wsgi", port=0, log_level="warning"))
began = server.startup
async def startup(sockets=None):
    await began(sockets)
    print("http://127.0.0.1:%d" % server.servers[0].sockets[0].getsockname()[1], flush=True)
server.startup = startup
server.run()
"""
ENDS_CONNECTIONS = """
from httpbin import app
from werkzeug.serving import WSGIRequestHandler, make_server
WSGIRequestHandler.protocol_version = "HTTP/1.1"
WSGIRequestHandler.log_request = lambda *_: None
server = make_server("127.0.0.1", 0, app, threaded=True)
print("http://127.0.0.1:%d" % server.port, flush=True)
server.serve_forever()
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was seen while recording, and where the mirror is that came of it."""

    live: Mapping[tuple[str, str], Seens]
    """By client and journey, asking httpbin directly."""
    proxied: Mapping[tuple[str, str], Seens]
    """The same through the recording proxy."""
    folder: Path


def walk(client: str, url: str, name: str, *, session: bool = True) -> Seens:
    """One client goes one journey, as a session of its own where somebody knows what that is."""
    visitor = VISITORS[client](url, f"{client}-{name}" if session else "")
    try:
        return list(JOURNEYS[name].walk(visitor))
    finally:
        visitor.close()


def walks(*clients: str) -> list[tuple[str, str]]:
    """Every client with every journey that it can go."""
    names = [(client, name) for client in clients for name in JOURNEYS]
    return [(client, name) for client, name in names if client != "http.client" or not JOURNEYS[name].browser]


Walked = dict[tuple[str, str], Seens]


def record(
    folder: Path, httpbin: str, keys: list[tuple[str, str]], *, session: bool, crowd: int
) -> tuple[Walked, Walked, Path]:
    """Run httpbin, ask it directly and through `truemirror record`, and end both: what was seen, and the folder."""
    live: Walked = {}
    proxied: Walked = {}
    with ExitStack() as stack:
        service = stack.enter_context(running([sys.executable, "-W", "ignore", "-c", httpbin], folder))
        proxy = stack.enter_context(running([*TRUEMIRROR, "record", "httpbin", "--upstream", service.url], folder))

        def both(key: tuple[str, str]) -> None:
            """Directly, then through the proxy."""
            live[key] = walk(key[0], service.url, key[1], session=False)
            proxied[key] = walk(key[0], proxy.url, key[1], session=session)

        with ThreadPoolExecutor(crowd) as people:
            list(people.map(both, [key for key in keys if not JOURNEYS[key[1]].alone]))
        for key in keys:
            if JOURNEYS[key[1]].alone:
                both(key)
        assert proxy.end() == 0, proxy.said
    return live, proxied, folder


CROWD = walks("http.client", "requests", "httpx")
ALONE = walks("requests")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """httpbin on kept connections, recorded with three clients at a time, each journey a session."""
    make = partial(record, httpbin=KEEPS_CONNECTIONS, keys=CROWD, session=True, crowd=3)
    return Recorded(*made_once(tmp_path_factory, "crowd", make))


@pytest.fixture(scope="module")
def mirror(recorded: Recorded) -> Iterator[Running]:
    """Its mirror, served by `truemirror serve`; httpbin is gone."""
    with running([*TRUEMIRROR, "serve", "httpbin"], recorded.folder) as served:
        yield served


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """httpbin that ends each connection, recorded by one client who says nothing of sessions."""
    make = partial(record, httpbin=ENDS_CONNECTIONS, keys=ALONE, session=False, crowd=1)
    return Recorded(*made_once(tmp_path_factory, "alone", make))


@pytest.mark.parametrize(("client", "name"), CROWD)
def test_the_recorder_changes_nothing(recorded: Recorded, client: str, name: str) -> None:
    """A client sees through the recorder what it sees directly, less what is declared and what varies anyway."""
    key = client, name
    same(recorded.live[key], recorded.proxied[key], less={*THROUGH_THE_PROXY, *JOURNEYS[name].varies})


@pytest.mark.parametrize(("client", "name"), CROWD)
def test_the_mirror_says_what_the_service_said(recorded: Recorded, mirror: Running, client: str, name: str) -> None:
    """Statuses, reasons, header fields in order and every byte are those that the recording client saw."""
    seen = walk(client, mirror.url, name)
    same(recorded.proxied[client, name], seen, less=FROM_THE_MIRROR, stand_ins=JOURNEYS[name].handed_out)


def test_the_mirror_says_it_again(recorded: Recorded, mirror: Running) -> None:
    """A second client who names the same session gets what the first one got."""
    for name in ("pages", "echoes", "cookies"):
        same(walk("requests", mirror.url, name), walk("requests", mirror.url, name))


def test_sessions_do_not_disturb_each_other(recorded: Recorded, mirror: Running) -> None:
    """Three clients at a time, each on all its walks, get what each got alone."""

    def again(key: tuple[str, str]) -> None:
        """One walk."""
        seen = walk(key[0], mirror.url, key[1])
        same(recorded.proxied[key], seen, less=FROM_THE_MIRROR, stand_ins=JOURNEYS[key[1]].handed_out)

    with ThreadPoolExecutor(3) as crowd:
        list(crowd.map(again, CROWD))


@pytest.mark.parametrize("name", [name for _, name in ALONE])
def test_a_recorder_before_a_service_that_ends_connections_changes_nothing(unlabelled: Recorded, name: str) -> None:
    """Neither the end of a connection nor chunks of its own making reach the client."""
    key = "requests", name
    same(unlabelled.live[key], unlabelled.proxied[key], less={*THROUGH_THE_PROXY, *JOURNEYS[name].varies})


def test_a_walk_that_nobody_labelled_is_repeated(unlabelled: Recorded) -> None:
    """One client that asks in the same order gets the whole recording again, without naming a session."""
    with running([*TRUEMIRROR, "serve"], unlabelled.folder) as served:
        for client, name in sorted(ALONE, key=lambda key: JOURNEYS[key[1]].alone):
            seen = walk(client, served.url, name, session=False)
            same(unlabelled.proxied[client, name], seen, less=FROM_THE_MIRROR, stand_ins=JOURNEYS[name].handed_out)


def test_no_secret_is_in_the_mirror(recorded: Recorded) -> None:
    """Passwords, tokens and cookies that clients brought are in no file, wherever httpbin repeated them."""
    texts = {path: path.read_text() for path in recorded.folder.glob("mirrors/**/*.json")}
    assert texts
    for secret in ("engine-1843", "tok_4fQ9vKx27LmZ0aWe81Rt", "s3cr3t-Tq81Lw0vZx92Kd77Pf40", "YWRhOmVuZ2luZS0xODQz"):
        assert [str(path) for path, text in texts.items() if secret in text] == []


def same(expected: Seens, actual: Seens, *, less: Collection[str] = (), stand_ins: Collection[str] = ()) -> None:
    """Two walks saw the same; what differs is told answer by answer."""
    found = []
    pairs = zip_longest(flat(expected), flat(actual))
    for number, (wanted, got) in enumerate(pairs):
        if wanted is None or got is None:
            found.append(f"answer {number}: expected {wanted}, not {got}")
            continue
        for part, one, other in zip(PARTS, parts(wanted, less, stand_ins), parts(got, less, stand_ins), strict=True):
            if one != other:
                found.append(f"answer {number}: {part}: expected {one!r}, not {other!r}")
    assert not found, "\n".join(found)


PARTS = ("status", "reason", "headers", "body")
HANDED_OUT = re.compile(r"[0-9a-f]{16,}")
"""Secrets that httpbin makes up."""


def parts(seen: Seen, less: Collection[str], stand_ins: Collection[str]) -> tuple[object, ...]:
    """What is compared of an answer."""
    headers = [
        (name, HANDED_OUT.sub("(handed out)", value) if name.lower() in stand_ins else value)
        for name, value in seen.headers
        if name.lower() not in less
    ]
    return seen.status, seen.reason, headers, b"" if "body" in less else seen.body


def flat(seens: Seens) -> list[Seen]:
    """All answers, those of redirects too."""
    return [seen for answers in seens for seen in answers]
