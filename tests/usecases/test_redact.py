"""Conversations without their secrets: what is replaced by what, and what replay makes of it."""

import base64
import json
from dataclasses import replace

import pytest

from truemirror.config import RedactionConfig
from truemirror.core.mirror.decision import Refuse, Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.redaction_leftovers import Leftover
from truemirror.core.mirror.redaction_restore import restore_outcome
from truemirror.core.mirror.standin import is_stand_in, stand_in
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError
from truemirror.usecases import redact
from truemirror.usecases.redact import Redactor, policy_of
from truemirror.usecases.replay import Replayer

JSON = ("Content-Type", "application/json")
TOKEN = "tok_8fG3kLz9QwErTy12uIoPaSdF4hJk"


def asked(method: str, target: str, headers: dict[str, str] | None = None, body: object = None) -> Request:
    """A request, with a JSON body when there is one."""
    pairs = list((headers or {}).items())
    if body is None:
        return Request(method, target, Headers.of(pairs))
    raw = json.dumps(body).encode()
    return Request(method, target, Headers.of([*pairs, JSON, ("Content-Length", str(len(raw)))]), raw)


def answered(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    raw = json.dumps(body).encode()
    pairs = [*(headers or {}).items(), JSON, ("Content-Length", str(len(raw)))]
    return Response(status, "OK", Headers.of(pairs), raw)


def bearer(token: str) -> dict[str, str]:
    """The header that brings a token."""
    return {"Authorization": f"Bearer {token}"}


def said(outcome: Outcome) -> object:
    """What a JSON answer says."""
    assert isinstance(outcome, Response)
    return json.loads(outcome.body)


def recorded(conversation: list[Exchange], scenario: str = "one") -> Replayer:
    """A mirror of a conversation, being replayed by somebody who never saw it."""
    redactor = Redactor()
    exchanges = tuple(redactor.redact(exchange, scenario) for exchange in conversation)
    return Replayer(Mirror("svc", scenarios=(Scenario(scenario, exchanges),)))


def replayed(replayer: Replayer, request: Request) -> Outcome:
    """What a client gets for a live request, its own secrets put back."""
    decision = replayer.answer(request)
    assert isinstance(decision, Replay), decision
    return restore_outcome(decision.exchange.outcome, decision.live)


def test_a_session_is_recorded_and_replayed() -> None:
    """A client logs in on the mirror with its real password, gets a stand-in, and everything after works with that."""
    log_in = asked("POST", "/v1/sessions", body={"email": "anna@example.com", "password": "demo-passw0rd"})
    me = {"email": "anna@example.com"}
    replayer = recorded(
        [
            Exchange(log_in, answered({"token": TOKEN, "user_id": "u42"}, 201)),
            Exchange(asked("GET", "/v1/me", bearer(TOKEN)), answered(me)),
            Exchange(asked("GET", f"/v1/export?access_token={TOKEN}"), answered({"ready": True})),
            Exchange(asked("GET", "/v1/me", bearer("tok_other0000000")), answered({"error": "unauthenticated"}, 401)),
        ]
    )
    stored = repr(replayer.mirror)
    assert TOKEN not in stored
    assert "demo-passw0rd" not in stored
    token = said(replayed(replayer, log_in))["token"]  # type: ignore[index]
    assert is_stand_in(token)
    assert said(replayed(replayer, asked("GET", "/v1/me", bearer(token)))) == me
    assert said(replayed(replayer, asked("GET", f"/v1/export?access_token={token}"))) == {"ready": True}
    assert said(replayed(replayer, asked("GET", "/v1/me", bearer("tok_other0000000")))) == {"error": "unauthenticated"}
    assert isinstance(replayer.answer(asked("GET", "/v1/me", bearer("tok_unknown11111"))), Refuse)


def handed_to(redactor: Redactor, request: Request, secret: str, scenario: str = "one") -> str:
    """What stands for a secret that a request got."""
    document = said(redactor.redact(Exchange(request, answered({"token": secret})), scenario).outcome)
    assert isinstance(document, dict)
    stand = document["token"]
    assert is_stand_in(stand)
    return str(stand)


def log_in_of(user: str, **more: str) -> Request:
    """The request in which a user asks for a token."""
    return asked("POST", "/in", body={"user": user, "password": "demo-passw0rd", **more})


def test_two_users_tokens_differ_in_whatever_order_they_log_in() -> None:
    """Who asked decides what stands for the answer's token, so recordings made one after another can be merged."""
    one, other = Redactor(), Redactor()
    ada, bob = handed_to(one, log_in_of("ada"), "ada-1-secret"), handed_to(one, log_in_of("bob"), "bob-1-secret")
    assert handed_to(other, log_in_of("bob"), "bob-2-secret") == bob != ada
    assert handed_to(other, log_in_of("ada"), "ada-2-secret") == ada


def test_each_token_of_one_user_has_its_own_stand_in() -> None:
    """A second log-in of the same user hands out a second token; so does the same log-in in another scenario."""
    redactor = Redactor()
    stands = [handed_to(redactor, log_in_of("ada"), f"{word}-secret-7") for word in ("first", "second")]
    stands.append(handed_to(redactor, log_in_of("ada"), "third-secret-7", "two"))
    assert len(set(stands)) == 3
    again = Redactor()
    assert [handed_to(again, log_in_of("ada"), f"{word}-secret-8") for word in ("first", "second")] == stands[:2]


def test_all_secrets_of_an_answer_have_their_own_stand_ins() -> None:
    """Fields before the body, each in its place, so that recording again gives the same."""
    answers = []
    for number in (1, 2):
        answer = answered(
            {"access_token": f"first-{number}-secret", "refresh_token": f"second-{number}-secret"},
            headers={"X-Auth-Token": f"zero-{number}-secret"},
        )
        clean = Redactor().redact(Exchange(asked("POST", "/in"), answer), "one").outcome
        assert isinstance(clean, Response)
        document = said(clean)
        assert isinstance(document, dict)
        answers.append((clean.headers.get("x-auth-token"), document["access_token"], document["refresh_token"]))
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
         {"code_verifier": "aQ9ftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj7z"}),
        ({"client_assertion": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI5ZjgifQ.c2lnbmF0dXJlLW9uZQ"},
         {"client_assertion": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYWEifQ.c2lnbmF0dXJlLXR3bw"}),
        ({"state": "x7Kq2ZpW9vTn4LrB8sYd"}, {"state": "m3Hj6QwE1tYu5RiO0pAs"}),
    ],
    ids=["verifier", "assertion", "state"],
)  # fmt: skip
def test_what_a_client_makes_anew_for_a_request_changes_no_token(one: dict[str, str], other: dict[str, str]) -> None:
    """Recording again changes nothing where a client proves itself with something fresh each time."""
    first = handed_to(Redactor(), log_in_of("ada", **one), "ada-1-secret")
    assert handed_to(Redactor(), log_in_of("ada", **other), "ada-2-secret") == first


def test_a_recording_of_another_user_does_not_answer_the_first() -> None:
    """Two recordings of one scenario, a user each, made by two recorders and put together."""
    exchanges: list[Exchange] = []
    for user in ("ada", "bob"):
        redactor, live = Redactor(), f"{user}-live-t0ken"
        told = Exchange(log_in_of(user), answered({"token": live}))
        me = Exchange(asked("GET", "/me", bearer(live)), answered({"user": user}))
        exchanges += [redactor.redact(told, "default"), redactor.redact(me, "default")]
    for user in ("bob", "ada"):
        replayer = Replayer(Mirror("shop", scenarios=(Scenario("default", tuple(exchanges)),)))
        token = said(replayed(replayer, log_in_of(user)))["token"]  # type: ignore[index]
        assert said(replayed(replayer, asked("GET", "/me", bearer(token)))) == {"user": user}


def test_a_secret_is_the_same_in_all_services_of_a_run() -> None:
    """A token that one service handed out is replaced by the same stand-in where another service gets it."""
    redactor = Redactor()
    given_out = said(redactor.redact(Exchange(asked("POST", "/in"), answered({"token": TOKEN})), "one").outcome)
    passed_on = redactor.redact(Exchange(asked("GET", "/whoami", bearer(TOKEN)), answered({})), "two").request
    assert passed_on.headers.get("authorization") == f"Bearer {given_out['token']}"  # type: ignore[index]


def test_a_secret_of_the_clients_is_its_own_again_in_the_answer() -> None:
    """A client that echoes its password gets the bytes that the live service would have sent it."""
    request = asked(
        "POST", "/anything", bearer("k3y/+= x") | {"Cookie": "session=c00kie-value"}, {"password": 'pä"ss\\1234'}
    )
    live = answered(
        {
            "json": {"password": 'pä"ss\\1234'},
            "headers": {"Authorization": "Bearer k3y/+= x", "Cookie": "session=c00kie-value"},
        }
    )
    replayer = recorded([Exchange(request, live)])
    assert replayed(replayer, request) == live


def test_basic_credentials_in_an_echo() -> None:
    """Encoded credentials that an answer repeats are the client's own again."""
    request = asked("GET", "/headers", {"Authorization": "Basic " + base64.b64encode(b"anna:hunter2").decode()})
    live = answered({"headers": dict(request.headers.pairs)})
    replayer = recorded([Exchange(request, live)])
    assert "YW5uYTpodW50ZXIy" not in repr(replayer.mirror)
    assert replayed(replayer, request) == live


def test_an_echoed_cookie_is_no_secret() -> None:
    """A value that a request carries in an innocent place does not become a secret by being set as a cookie."""
    request = asked("GET", "/cookies/set?flavour=oat-2024-x&size=3")
    answer = Response(302, "", Headers.of([("Set-Cookie", "flavour=oat-2024-x; Path=/"), ("Location", "/cookies")]))
    exchange = Exchange(request, answer)
    assert Redactor().redact(exchange, "one") is exchange


def test_a_session_cookie_is_a_secret_wherever_it_came_from() -> None:
    """A session's cookie is a secret even where a request says its value innocently, and replay knows it again."""
    request = asked("GET", "/cookies/set/session/s3cr3t-Tq81Lw0v")
    answer = Response(302, "", Headers.of([("Set-Cookie", "session=s3cr3t-Tq81Lw0v; Path=/")]))
    later = asked("GET", "/cookies", {"Cookie": "session=s3cr3t-Tq81Lw0v"})
    replayer = recorded([Exchange(request, answer), Exchange(later, answered({"session": "s3cr3t-Tq81Lw0v"}))])
    assert "s3cr3t" not in repr(replayer.mirror)
    assert replayed(replayer, request) == answer
    assert said(replayed(replayer, later)) == {"session": "s3cr3t-Tq81Lw0v"}


def test_a_secret_in_an_innocent_place_is_found_at_replay() -> None:
    """What a recording replaced because it had seen it elsewhere, replay recognises by its stand-in."""
    first = asked("GET", "/me", {"X-Api-Key": "engine-1843-x"})
    second = asked("GET", "/basic-auth/anna/engine-1843-x")
    replayer = recorded([Exchange(first, answered({})), Exchange(second, answered({"who": "anna"}, 401))])
    assert "engine-1843-x" not in repr(replayer.mirror)
    assert said(replayed(replayer, second)) == {"who": "anna"}


def test_an_early_innocent_value_is_replaced_when_the_recording_ends() -> None:
    """What was written before it was known to be a secret is replaced once it is."""
    redactor = Redactor()
    early = redactor.redact(Exchange(asked("GET", "/basic-auth/anna/engine-1843-x"), answered({}, 401)), "one")
    late = redactor.redact(Exchange(asked("GET", "/me", {"X-Api-Key": "engine-1843-x"}), answered({})), "one")
    assert "engine-1843-x" in early.request.target
    mirror = Mirror("svc", scenarios=(Scenario("one", (early, late)),))
    clean = redactor.clean(mirror, {"one"})
    assert redactor.clean(mirror, {"two"}) is mirror
    assert "engine-1843-x" not in repr(clean)
    assert clean.scenarios[0].exchanges[1] == late
    assert redactor.clean(clean, {"one"}) is clean


def test_a_word_that_was_handed_out_can_be_brought_by_anyone() -> None:
    """A word goes by its hash even when the service said it first, since a client may know it anyway."""
    redactor = Redactor()
    clean = redactor.redact(Exchange(asked("GET", "/hint"), answered({"password": "swordfish"})), "one")
    assert said(clean.outcome) == {"password": stand_in("swordfish")}


def test_words_are_replaced_only_where_they_are_secrets() -> None:
    """A password that is a word leaves the same word alone elsewhere."""
    request = asked("POST", "/in", body={"password": "swordfish", "pet": "swordfish"})
    clean = Redactor().redact(Exchange(request, answered({"says": "swordfish"})), "one")
    assert json.loads(clean.request.body) == {"password": stand_in("swordfish"), "pet": "swordfish"}
    assert said(clean.outcome) == {"says": "swordfish"}


def test_numbers_stay_numbers() -> None:
    """A number under a secret's name becomes a number, and the body stays JSON."""
    clean = Redactor().redact(
        Exchange(asked("POST", "/pay", body={"pin": 1234, "cardNumber": 4111111111111111}), answered({})), "one"
    )
    body = json.loads(clean.request.body)
    assert body == {"pin": int(stand_in("1234")), "cardNumber": int(stand_in("4111111111111111"))}
    assert clean.request.headers.get("content-length") == str(len(clean.request.body))


def test_faults_hold_no_secrets() -> None:
    """What had arrived of an answer, what came instead of one and what the transport said are all redacted."""
    partial = Response(200, "", Headers.of([JSON, ("Content-Length", "999")]), f'{{"token": "{TOKEN}'.encode())
    clean = Redactor().redact(Exchange(asked("GET", "/me"), Fault(FaultKind.TRUNCATED, "closed", partial)), "one")
    assert TOKEN not in repr(clean)
    known = Redactor()
    known.redact(Exchange(asked("GET", "/me", bearer("hunter2-hunter2")), answered({})), "one")
    fault = Fault(FaultKind.GARBAGE, "to http://anna:s3cret@h: hunter2-hunter2", received=b"SSH hunter2-hunter2 \xff")
    outcome = known.redact(Exchange(asked("GET", "/"), fault), "one").outcome
    assert isinstance(outcome, Fault)
    assert "s3cret" not in outcome.detail
    assert outcome.received == f"SSH {stand_in('hunter2-hunter2')} ".encode() + b"\xff"
    harmless = Exchange(asked("GET", "/"), Fault(FaultKind.RESET, "connection reset by peer"))
    assert known.redact(harmless, "one") is harmless


def test_digest_credentials_match_again() -> None:
    """A client that answers the mirror's challenge with a new nonce of its own is recognised."""
    challenge = Response(
        401, "", Headers.of([("WWW-Authenticate", 'Digest realm="r", nonce="4f1a9c", qop="auth", opaque="77aa"')])
    )
    answer = (
        'Digest username="anna", realm="r", nonce="{}", uri="/d", response="{}", nc=00000001, cnonce="{}", opaque="{}"'
    )
    live = asked("GET", "/d", {"Authorization": answer.format("4f1a9c", "0a0b", "1c1d", "77aa")})
    replayer = recorded([Exchange(asked("GET", "/d"), challenge), Exchange(live, answered({"ok": True}))])
    again = replayed(replayer, asked("GET", "/d"))
    assert isinstance(again, Response)
    asked_for = again.headers.get("www-authenticate") or ""
    assert "4f1a9c" not in asked_for
    nonce, opaque = (asked_for.split(f'{name}="')[1].partition('"')[0] for name in ("nonce", "opaque"))
    back = asked("GET", "/d", {"Authorization": answer.format(nonce, "9e9f", "5a5b", opaque)})
    assert said(replayed(replayer, back)) == {"ok": True}


def test_ordinary_traffic_is_not_touched() -> None:
    """Ids, UUIDs, money, mail addresses, dates, big numbers, tags of entities and traces are no secrets."""
    headers = {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "X-Request-Id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "If-None-Match": '"5d41402abc4b2a76b9719d911017c592"',
        "Cookie": "lang=en-US; theme=dark; width=1280",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0",
    }
    deal = {
        "id": "d42",
        "uuid": "123e4567-e89b-12d3-a456-426614174000",
        "value": "1299.00",
        "owner": "anna@example.com",
    }
    deal |= {"name": "Ærøskøbing A/S", "at": "2026-11-22T20:04:24.123Z", "etag": '"5d41402abc4b2a76b9719d911017c592"'}
    answer = answered(
        {"items": [deal], "metadata": {"total": 12345678901234567890, "next": "/v1/deals?cursor=eyJpZCI6NDJ9"}}
    )
    exchange = Exchange(asked("GET", "/v1/deals?cursor=eyJpZCI6NDJ9&sort=-value&q=anna%40example.com", headers), answer)
    assert Redactor().redact(exchange, "one") is exchange
    assert Redactor().redact_request(exchange.request).request is exchange.request


def test_people_configure_names() -> None:
    """The configuration adds names and keeps others."""
    redactor = Redactor(policy_of(RedactionConfig(names=("salary",), keep=("token",))))
    clean = redactor.redact(Exchange(asked("GET", "/"), answered({"salary": 52000, "token": "abc"})), "one")
    document = said(clean.outcome)
    assert isinstance(document, dict)
    assert document["token"] == "abc"
    assert is_stand_in(str(document["salary"]))


def test_a_leftover_is_refused_without_saying_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last look finds something, the error names its place and how to go on, and never the secret."""
    monkeypatch.setattr(redact, "leftovers", lambda *_: (Leftover("response body", "a known secret"),))
    with pytest.raises(StoreError) as refused:
        Redactor().redact(Exchange(asked("GET", "/me", bearer("hunter2-hunter2")), answered({})), "one")
    assert refused.value.where == "scenario one, GET, response body"
    assert "redaction" in refused.value.fix
    assert "hunter2" not in str(refused.value)


def test_redacting_a_request_teaches_nothing() -> None:
    """What a client asks a mirror does not change what the mirror makes of the next request."""
    redactor = Redactor()
    innocent = asked("GET", "/a/hunter2-hunter2")
    redactor.redact_request(asked("GET", "/me", bearer("hunter2-hunter2")))
    assert redactor.redact_request(innocent).request is innocent


def test_what_was_handed_out_live_is_known_again() -> None:
    """While recording what is missing, a live token stands for the same stand-in in later requests."""
    redactor = Redactor()
    clean = redactor.redact(Exchange(asked("POST", "/in"), answered({"token": TOKEN})), "one")
    token = said(clean.outcome)["token"]  # type: ignore[index]
    made = redactor.redact_request(asked("GET", f"/me?note={TOKEN}", bearer(TOKEN)))
    assert made.request == asked("GET", f"/me?note={token}", bearer(token))
    assert made.live == ((token, TOKEN),)


@pytest.mark.parametrize("place", ["header", "query", "body"])
def test_everything_in_a_request_is_searched_for_its_own_secrets(place: str) -> None:
    """A secret that one part of a request tells is replaced in all other parts."""
    headers = bearer("hunter2-hunter2") | ({"X-Note": "I am hunter2-hunter2"} if place == "header" else {})
    request = asked("POST", f"/a?b={'hunter2-hunter2' if place == 'query' else ''}", headers)
    if place == "body":
        request = replace(request, body=b"hello hunter2-hunter2")
    assert "hunter2-hunter2" not in repr(Redactor().redact_request(request).request)


def test_a_known_secret_in_a_tokens_public_claim_is_hidden_too() -> None:
    """Where a token names in a public claim what is a secret elsewhere, the claim is replaced in the token as well."""
    key = "s3cr3tK3y9fQx2Lw"
    parts = [{"alg": "HS256"}, {"sub": "u42", "client_id": key}]
    head, claims = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    token = f"{head}.{claims}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    redactor = Redactor()
    redactor.redact(Exchange(asked("GET", "/me", {"X-Api-Key": key}), answered({})), "one")
    clean = redactor.redact(Exchange(asked("GET", "/me", bearer(token)), answered({"id_token": token})), "one")
    stored = (clean.request.headers.get("authorization") or "").removeprefix("Bearer ")
    assert is_stand_in(stored)
    said_by_token = json.loads(base64.urlsafe_b64decode(stored.split(".")[1] + "=="))
    assert said_by_token == {"sub": "u42", "client_id": stand_in(key)}
    assert redactor.redact(clean, "one") is clean


def test_a_secret_is_the_same_in_any_charset() -> None:
    """A secret with letters beyond ASCII is found in a page of another charset, and put back as it was there."""
    request = asked("POST", "/in", body={"password": "pässwörd-1843"})
    page = "<p>Kein Zugang für pässwörd-1843</p>".encode("latin-1")
    live = Response(403, "", Headers.of([("Content-Type", "text/html; charset=iso-8859-1")]), page)
    replayer = recorded([Exchange(request, live)])
    assert "1843" not in repr(replayer.mirror)
    assert replayed(replayer, request) == live


@pytest.mark.parametrize(
    "piece", ["token=", "tok_", "<input name=x ", "eyJ-", '\\"', "://:", '"token":', "%2541", "sk-", "[", "&amp;"]
)
def test_a_hostile_body_ends(piece: str) -> None:
    """A body that repeats the beginning of something forever is read in a time that grows with its length only."""
    body = (piece * (120_000 // len(piece))).encode()
    for kind in ("application/json", "text/html"):
        answer = Response(200, "", Headers.of([("Content-Type", kind)]), body)
        exchange = Exchange(asked("GET", "/", bearer("hunter2-hunter2")), answer)
        assert "hunter2" not in repr(Redactor().redact(exchange, "one").request)
