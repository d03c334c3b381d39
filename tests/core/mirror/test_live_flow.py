"""A recorded conversation had again: values, secrets and cookies of today in place of the recorded ones."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.live_flow import Today
from truemirror.core.mirror.live_secrets import secrets_by_stand_in, stand_ins_in, with_secrets
from truemirror.core.mirror.model import Link
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

JSON = Headers((("Content-Type", "application/json"),))


def _gives(document: object, *headers: tuple[str, str]) -> Response:
    return Response(200, "", Headers((*JSON.pairs, *headers)), json.dumps(document).encode())


def _asked(target: str, body: bytes = b"", *headers: tuple[str, str], method: str = "GET") -> Request:
    return Request(method, target, Headers((*JSON.pairs, *headers)), body)


def _after(recorded: Response, live: Response, links: tuple[Link, ...] = ()) -> Today:
    """What is known after one answer."""
    today = Today(links)
    today.learn(Exchange(_asked("/v1/deals", b"{}", method="POST"), recorded), live)
    return today


def test_an_id_of_today_takes_the_recorded_ones_place() -> None:
    """In paths, queries and bodies; whole values only."""
    today = _after(_gives({"id": "d4711"}), _gives({"id": "d9"}))
    assert (
        today.request(_asked("/v1/deals/d4711?of=d4711&note=d4711-old")).target == "/v1/deals/d9?of=d9&note=d4711-old"
    )
    assert today.request(_asked("/v1/notes", b'{"deal": "d4711"}')).body == b'{"deal": "d9"}'


def test_a_location_and_an_etag_flow() -> None:
    """Headers give values, too."""
    recorded = _gives({}, ("Location", "/v1/deals/d4711"), ("ETag", '"abc123"'))
    live = _gives({}, ("Location", "/v1/deals/d12"), ("ETag", '"fff999"'))
    request = _after(recorded, live).request(_asked("/v1/deals/d4711", b"", ("If-Match", '"abc123"')))
    assert request.target == "/v1/deals/d12"
    assert request.headers.get("If-Match") == '"fff999"'


def test_a_cookie_flows() -> None:
    """By its name and its recorded value."""
    recorded, live = (
        _gives({}, ("Set-Cookie", "cart=c1a2b3; Path=/")),
        _gives({}, ("Set-Cookie", "cart=x9y8z7; Path=/")),
    )
    request = _after(recorded, live).request(_asked("/", b"", ("Cookie", "cart=c1a2b3; theme=dark")))
    assert request.headers.get("Cookie") == "cart=x9y8z7; theme=dark"


def test_a_token_of_today_takes_the_stand_ins_place() -> None:
    """A log-in of the scenario hands it out."""
    stand = stand_in("sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6")
    today = _after(_gives({"token": stand}), _gives({"token": "tok-of-today"}))
    assert today.request(_asked("/", b"", ("Authorization", f"Bearer {stand}"))).headers.get("Authorization") == (
        "Bearer tok-of-today"
    )


def test_a_small_number_flows_along_a_link_only() -> None:
    """A person says so in mirror.json."""
    link = Link("POST /v1/deals", given="body:/id", to="GET /v1/deals/{}", used="path:2")
    assert _after(_gives({"id": 7}), _gives({"id": 8})).request(_asked("/v1/deals/7")).target == "/v1/deals/7"
    assert _after(_gives({"id": 7}), _gives({"id": 8}), (link,)).request(_asked("/v1/deals/7")).target == "/v1/deals/8"


def test_what_today_did_not_give_is_missing() -> None:
    """A request that needs it is not asked."""
    today = _after(_gives({"items": [{"id": "d4711"}]}), _gives({"items": []}))
    assert today.lacks(_asked("/v1/deals/d4711")) == "d4711"
    assert today.lacks(_asked("/v1/deals")) == ""


def test_what_is_still_there_keeps_its_name() -> None:
    """A new item in front of a list renames nothing."""
    recorded = _gives({"items": [{"id": "d4711"}]})
    today = _after(recorded, _gives({"items": [{"id": "d9999"}, {"id": "d4711"}]}))
    assert today.request(_asked("/v1/deals/d4711")).target == "/v1/deals/d4711"


def test_a_brought_secret_is_known_by_its_stand_in() -> None:
    """In a header, a body, a query and a Basic credential."""
    known = secrets_by_stand_in(["demo-ada", "p q&"])
    basic = base64.b64encode(f"ada:{stand_in('demo-ada')}".encode()).decode()
    request = _asked(
        f"/?key={stand_in('p q&')}",
        json.dumps({"password": stand_in("demo-ada")}).encode(),
        ("Authorization", f"Basic {basic}"),
    )
    live = with_secrets(request, known)
    assert live.target == "/?key=p%20q%26"
    assert json.loads(live.body) == {"password": "demo-ada"}
    assert base64.b64decode((live.headers.get("Authorization") or "").partition(" ")[2]) == b"ada:demo-ada"
    assert stand_ins_in(live) == ()
    assert len(stand_ins_in(request)) == 2


@given(st.text(min_size=1, max_size=40))
def test_a_secret_never_breaks_its_json(secret: str) -> None:
    """Quotes, backslashes and other letters are escaped as the place wants it."""
    stand = "tok_" + stand_in("sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6").partition("_")[2]
    secret = secret.encode("utf-8", "replace").decode()
    request = with_secrets(_asked("/", json.dumps({"token": stand}).encode()), {stand: secret})
    assert json.loads(request.body) == {"token": secret}
