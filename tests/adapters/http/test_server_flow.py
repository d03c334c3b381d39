"""Over real sockets: a client's own values come back to it, and to nobody else."""

import json

from tests.adapters.http.mirror_serving import ask, serving, talking

from truemirror.core.mirror.model import Link, Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

THEN = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"
ONE, TWO = "9d8f2b64-1111-4222-8333-abcdefabcdef", "11111111-2222-4333-8444-555555555555"
LINK = Link("POST /v1/things", made="body:/id", given="body:/id", kind="uuid")


def _mirror() -> Mirror:
    """A thing that was created, read and listed."""
    json_ = ("Content-Type", "application/json")
    host = ("Host", "tags.test")

    def said(method: str, target: str, body: bytes, answer: object) -> Exchange:
        """An exchange of JSON."""
        text = json.dumps(answer).encode()
        headers = Headers((json_, ("Content-Length", str(len(text))), ("ETag", '"e1"')))
        return Exchange(Request(method, target, Headers((host, json_)), body), Response(200, "OK", headers, text))

    exchanges = (
        said("POST", "/v1/things", json.dumps({"id": THEN}).encode(), {"id": THEN}),
        said("GET", f"/v1/things/{THEN}", b"", {"id": THEN, "self": f"/v1/things/{THEN}"}),
        said("GET", "/v1/things", b"", {"items": [THEN]}),
    )
    return Mirror("tags", "1.0.0", (Scenario("default", exchanges),), MirrorRules(links=(LINK,)))


def _bodies(session: str, thing: str) -> tuple[list[bytes], list[object]]:
    """What a session asks, and what it should be told."""
    lines = ("Content-Type: application/json", f"X-Truemirror-Session: {session}")
    asked = [
        ask("POST /v1/things", *lines, body=json.dumps({"id": thing}).encode()),
        ask(f"GET /v1/things/{thing}", *lines),
        ask("GET /v1/things", *lines),
    ]
    return asked, [{"id": thing}, {"id": thing, "self": f"/v1/things/{thing}"}, {"items": [thing]}]


def test_interleaved_sessions_on_one_connection_each_get_their_own_values() -> None:
    """Again and again, remembered requests included; the session without values gets the recording."""
    sessions = [_bodies("one", ONE), _bodies("two", TWO), _bodies("three", THEN)]
    with serving(_mirror()) as server, talking(server) as talk:
        for _ in range(3):
            for turn in range(3):
                for asked, expected in sessions:
                    talk.send(asked[turn])
                    head, _, body = talk.read().partition(b"\r\n\r\n")
                    assert json.loads(body) == expected[turn], head
        tally = server.mounts["tags"].replayer.tally
        assert (tally.misses, tally.relaxed) == (0, 3 * 2 * 2)
        assert tally.hits == 27
