"""The laws of redaction, under generated input."""

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from truemirror.core.mirror.decision import Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.redaction_restore import restore_outcome
from truemirror.core.mirror.redaction_shapes import is_nothing, is_unique
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor
from truemirror.usecases.replay import Replayer

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
HTML = ("Content-Type", "text/html; charset=utf-8")

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'<>&\\;,"), min_size=8)
tricky = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["Cc", "Zs"]), min_size=8)
tokens = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=12, max_size=60)


def usable(secret: str) -> bool:
    """Whether a generated text is a secret that can be told wherever it occurs."""
    return is_unique(secret) and not is_nothing(secret) and not is_stand_in(secret) and secret.strip() == secret


secrets = st.one_of(printable, tricky, tokens).filter(usable)
header_secrets = st.one_of(printable, tokens).filter(usable)


def b64(text: str) -> str:
    """Standard base64."""
    return base64.b64encode(text.encode()).decode()


def brought(secret: str, place: str) -> Request:
    """A request that brings a secret in one place of many, and says it innocently in its path too."""
    plain = Headers.of([JSON])
    match place:
        case "bearer":
            return Request("GET", "/v1/me", Headers.of([("Authorization", f"Bearer {secret}")]))
        case "basic":
            return Request("GET", "/v1/me", Headers.of([("Authorization", f"Basic {b64('anna:' + secret)}")]))
        case "cookie":
            return Request("GET", "/", Headers.of([("Cookie", f"lang=en; session={secret}; a=b")]))
        case "api key":
            return Request("GET", "/v1/me", Headers.of([("X-Api-Key", secret)]))
        case "query":
            return Request("GET", f"/v1/me?page=2&access_token={quote(secret, safe='')}&z")
        case "plus query":
            return Request("GET", f"/v1/me?token={quote_plus(secret)}")
        case "json":
            return Request("POST", "/v1/sessions", plain, json.dumps({"a": {"newPassword": secret}}).encode())
        case "utf-8 json":
            body = json.dumps({"list": [{"client_secret": secret, "x": secret}]}, ensure_ascii=False)
            return Request("POST", "/", plain, body.encode())
        case "json in json":
            return Request("POST", "/", plain, json.dumps({"event": json.dumps({"token": secret})}).encode())
        case "base64 in json":
            return Request("POST", "/", plain, json.dumps({"event": b64(json.dumps({"token": secret}))}).encode())
        case "form":
            return Request("POST", "/", Headers.of([FORM]), urlencode({"user": "anna", "password": secret}).encode())
        case _:
            kind = ("Content-Type", "multipart/form-data; boundary=stone")
            body = f'--stone\r\nContent-Disposition: form-data; name="password"\r\n\r\n{secret}\r\n--stone--\r\n'
            return Request("POST", "/", Headers.of([kind]), body.encode())


HEADER_PLACES = ("bearer", "cookie", "api key")
PLACES = ("basic", "query", "plus query", "json", "utf-8 json", "json in json", "base64 in json", "form", "multipart")


@st.composite
def bringing(draw: st.DrawFn) -> tuple[str, Request]:
    """A secret and a request that brings it."""
    place = draw(st.sampled_from((*HEADER_PLACES, *PLACES)))
    secret = draw(header_secrets if place in HEADER_PLACES else secrets)
    if place == "bearer":
        assume("=" not in secret.rstrip("="))
    if place == "cookie":
        assume("=" not in secret)
    return secret, brought(secret, place)


def answer(secret: str, place: str) -> Response | Fault:
    """An answer that says a secret in one of many ways."""
    match place:
        case "json":
            return Response(200, "OK", Headers.of([JSON]), json.dumps({"you said": [f"<{secret}>"]}).encode())
        case "utf-8":
            body = json.dumps({"you said": secret}, ensure_ascii=False).encode()
            return Response(200, "OK", Headers.of([JSON, ("Content-Length", str(len(body)))]), body)
        case "location":
            return Response(302, "Found", Headers.of([("Location", f"/next?from={quote(secret, safe='')}#x")]))
        case "page":
            return Response(
                500, "Oops", Headers.of([HTML]), f"<html><p>No access with {html.escape(secret)}</p></html>".encode()
            )
        case "base64":
            return Response(200, "OK", Headers.of([JSON]), json.dumps({"blob": b64(f"we know {secret}!")}).encode())
        case "address in json":
            text = f"http://127.0.0.1/a?b={quote(secret, safe='')}"
            return Response(200, "OK", Headers.of([JSON]), json.dumps({"self": text}).encode())
        case "truncated":
            headers = Headers.of([JSON, ("Content-Length", "1000")])
            partial = Response(200, "OK", headers, json.dumps({"who": secret}).encode()[:-2])
            return Fault(FaultKind.TRUNCATED, f"closed after {secret}", partial)
        case _:
            return Fault(FaultKind.GARBAGE, "not HTTP", received=f"hello {secret}\n".encode())


ANSWERS = ("json", "utf-8", "location", "page", "base64", "address in json", "truncated", "garbage")


def shows(exchange: Exchange, secret: str) -> bool:
    """Whether a secret is anywhere in an exchange, in any encoding that we know."""
    forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], b64(secret)}
    forms |= {json.dumps(json.dumps(secret)[1:-1])[1:-1], repr(secret)[1:-1], repr(secret.encode())[2:-1]}
    for before in ("", "x", "xx"):
        core = base64.b64encode((before + secret).encode()).decode()
        forms.add(core[(len(before) * 8 + 5) // 6 : len((before + secret).encode()) * 8 // 6])
    text = repr(exchange)
    return any(form in text for form in forms)


@given(bringing(), st.sampled_from(ANSWERS))
def test_no_byte_of_a_brought_secret_is_left(pair: tuple[str, Request], place: str) -> None:
    """A secret that a client brings is nowhere in what is stored, however request and answer say it."""
    secret, request = pair
    redacted = Redactor().redact(Exchange(request, answer(secret, place)), "one")
    assert not shows(redacted, secret)


@given(bringing(), st.sampled_from(ANSWERS))
def test_redacting_twice_changes_nothing(pair: tuple[str, Request], place: str) -> None:
    """What was redacted is its own redaction, for the same redactor and for a fresh one."""
    secret, request = pair
    redactor = Redactor()
    once = redactor.redact(Exchange(request, answer(secret, place)), "one")
    assert redactor.redact(once, "one") == once
    assert Redactor().redact(once, "two") == once


@given(bringing(), st.sampled_from(ANSWERS))
def test_a_request_is_the_same_at_replay_as_it_was_recorded(pair: tuple[str, Request], place: str) -> None:
    """A fresh redactor makes of a live request what the recording made of it, and leaves the recorded one alone."""
    secret, request = pair
    recorded = Redactor().redact(Exchange(request, answer(secret, place)), "one").request
    assert Redactor().redact_request(request).request == recorded
    again = Redactor().redact_request(recorded)
    assert again.request == recorded
    assert again.live == ()


@given(bringing(), st.sampled_from(ANSWERS[:4]))
@example(("!!!!!!!kJ8\\", brought("!!!!!!!kJ8\\", "json")), "json")
@example(("\\kJ8dLw2x", brought("\\kJ8dLw2x", "cookie")), "json")
@example(("kJ8dLw2x\\\\", brought("kJ8dLw2x\\\\", "bearer")), "utf-8")
def test_a_client_gets_its_own_secret_back(pair: tuple[str, Request], place: str) -> None:
    """The stored answer with this client's secrets put back is the live answer, byte for byte."""
    secret, request = pair
    outcome = answer(secret, place)
    assume(secret.isascii() and not set(secret) & set("/%"))  # otherwise servers differ in how they escape
    stored = Redactor().redact(Exchange(request, outcome), "one").outcome
    assert restore_outcome(stored, Redactor().redact_request(request).live) == outcome


@given(secrets, st.sampled_from(["token", "accessToken", "refresh_token", "clientSecret", "session_id", "apiKey"]))
def test_what_the_mirror_hands_out_it_takes_back(secret: str, name: str) -> None:
    """A token that an answer gave is stored as the token that later requests bring, and replay takes it as it is."""
    assume(secret.isascii() and "=" not in secret)
    redactor = Redactor()
    log_in = Exchange(
        Request("POST", "/v1/sessions"), Response(201, "", Headers.of([JSON]), json.dumps({name: secret}).encode())
    )
    given_out = json.loads(redactor.redact(log_in, "one").outcome.body)[name]  # type: ignore[union-attr]
    live = Request("GET", "/v1/me", Headers.of([("Authorization", f"Bearer {secret}")]))
    recorded = redactor.redact(Exchange(live, Response(200)), "one").request
    assert recorded.headers.get("authorization") == f"Bearer {given_out}"
    assert Redactor().redact_request(recorded).request == recorded


fresh_tokens = st.lists(st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_", min_size=24, max_size=24), min_size=3)


@given(fresh_tokens, fresh_tokens)
def test_recording_again_with_fresh_tokens_changes_nothing(fresh: list[str], others: list[str]) -> None:
    """The same behaviour with other random tokens leaves the same exchanges."""
    pairs = [(f"tok_w7{one}", f"tok_w7{other}") for one, other in zip(fresh, others, strict=False)]
    assume(len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs))

    def conversation(handed_out: list[str]) -> list[Exchange]:
        redactor = Redactor()
        every = []
        for number, secret in enumerate(handed_out):
            body = json.dumps({"token": secret}).encode()
            log_in = Exchange(Request("POST", "/in"), Response(201, "", Headers.of([JSON]), body))
            headers = Headers.of([("Cookie", f"auth={secret}"), ("X-Step", str(number))])
            every.append(redactor.redact(log_in, "one"))
            every.append(redactor.redact(Exchange(Request("GET", "/me", headers), Response(200)), "one"))
        return every

    assert conversation([one for one, _ in pairs]) == conversation([other for _, other in pairs])


plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=7) | st.uuids().map(str),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "name", "email", "items", "total"]), inner)
    ),
    max_leaves=20,
)


@given(plain_json, st.booleans(), st.sampled_from([None, 2]))
def test_a_body_without_secrets_keeps_its_bytes(value: object, ascii_only: bool, indent: int | None) -> None:
    """JSON that holds no secret is the very same object afterwards."""
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    exchange = Exchange(Request("GET", "/v1/deals"), Response(200, "OK", Headers.of([JSON]), body))
    assert Redactor().redact(exchange, "one") is exchange


@settings(max_examples=200)
@given(
    st.binary(max_size=300),
    st.sampled_from(["application/json", "text/html", "multipart/form-data; boundary=b", "image/png", ""]),
)
def test_no_bytes_break_redaction(body: bytes, kind: str) -> None:
    """Whatever a body holds, redaction ends, and a second time changes nothing."""
    headers = Headers.of([("Content-Type", kind)])
    exchange = Exchange(Request("POST", "/x", headers, body), Response(200, "OK", headers, body))
    redactor = Redactor()
    once = redactor.redact(exchange, "one")
    assert redactor.redact(once, "one") == once


def using(secret: str, place: str, number: int) -> Request:
    """A request that uses a secret, tellingly or innocently; no two numbers give the same request."""
    match place:
        case "header":
            return Request("GET", f"/{number}", Headers.of([("Authorization", f"Bearer {secret}")]))
        case "cookie":
            return Request("GET", f"/{number}", Headers.of([("Cookie", f"session={secret}")]))
        case "query":
            return Request("GET", f"/{number}?token={quote(secret, safe='')}")
        case "innocent query":
            return Request("GET", f"/{number}?q={quote(secret, safe='')}")
        case "path":
            return Request("GET", f"/{number}/{quote(secret, safe='')}/x")
        case "innocent json":
            return Request("POST", f"/{number}", Headers.of([JSON]), json.dumps({"note": secret}).encode())
        case _:
            return Request("POST", f"/{number}", Headers.of([JSON]), json.dumps({"password": secret}).encode())


USES = ("header", "cookie", "query", "innocent query", "path", "innocent json", "json")
conversations = st.tuples(
    st.lists(tokens.filter(usable), min_size=4, max_size=4, unique=True),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(USES), st.booleans()), min_size=1, max_size=8),
)


@given(conversations)
def test_every_recorded_request_is_found_again(conversation: tuple[list[str], list[tuple[int, str, bool]]]) -> None:
    """Whatever the order in which secrets are brought, handed out and mentioned, a client that repeats the conversation
    on the mirror, with the tokens that the mirror hands out, gets every answer, and no secret is in the mirror.
    """
    secrets_, steps = conversation
    assume(not any(one in other for one in secrets_ for other in secrets_ if one != other))
    brought, issued = secrets_[:2], secrets_[2:]
    log_ins = [
        Exchange(
            Request("POST", f"/in/{number}"), Response(201, "", Headers.of([JSON]), json.dumps({"token": one}).encode())
        )
        for number, one in enumerate(issued)
    ]
    used = [
        Exchange(using(secrets_[which], place, number), answer(secrets_[which], "json" if echo else "nothing at all"))
        for number, (which, place, echo) in enumerate(steps)
    ]
    told = [Exchange(using(one, "header", 100 + number), Response(204)) for number, one in enumerate(brought)]
    live = [*log_ins, *used, *told]
    redactor = Redactor()
    stored = Scenario("one", tuple(redactor.redact(exchange, "one") for exchange in live))
    mirror = redactor.clean(Mirror("svc", scenarios=(stored,)), {"one"})
    assert not any(one in repr(mirror) for one in secrets_)
    replayer = Replayer(mirror)
    handed_out: dict[str, str] = {}
    for exchange in live:
        request = exchange.request
        for secret, token in handed_out.items():
            request = Request(
                request.method,
                request.target.replace(secret, token),
                Headers.of((name, value.replace(secret, token)) for name, value in request.headers),
                request.body.replace(secret.encode(), token.encode()),
            )
        decision = replayer.answer(request)
        assert isinstance(decision, Replay), request
        if exchange in log_ins:
            token = json.loads(decision.exchange.outcome.body)["token"]  # type: ignore[union-attr]
            handed_out[issued[log_ins.index(exchange)]] = token
