"""After an attack: suspicions are asked again, judged, made smaller, and kept."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from truemirror.cli.output import Silence
from truemirror.core.attack import Attacked, AttackPlan, Found, Suspect, curl_of, smaller
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import ExitCode
from truemirror.ports import Upstream
from truemirror.usecases.redact import Redactor
from truemirror.usecases.verify_attack import Hunt
from truemirror.usecases.verify_caller import Caller
from truemirror.usecases.verify_judge import LiveJudge
from truemirror.usecases.verify_result import Verified

JSON = Headers((("Content-Type", "application/json"), ("Authorization", "Bearer sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6")))
BOOM = Response(500, "", Headers(), b"")


@dataclass
class Service:
    """Fails where a body has a `bad` member; `times` how often at most."""

    times: int = 1000
    asked: list[Request] = field(default_factory=list)

    async def send(self, request: Request) -> Exchange:
        self.asked.append(request)
        fails = b'"bad"' in request.body and self.times > 0
        self.times -= fails
        return Exchange(request, BOOM if fails else Response(200))

    async def close(self) -> None:
        """Nothing."""


@dataclass
class Shelf:
    """Keeps in memory."""

    kept: dict[str, Found] = field(default_factory=dict)

    def load(self) -> tuple[Found, ...]:
        return tuple(self.kept.values())

    def save(self, found: Found) -> str:
        self.kept[found.name] = found
        return found.name


@dataclass
class Once:
    """An attacker that has suspicions ready."""

    suspects: tuple[Suspect, ...]

    async def attack(self, plan: AttackPlan) -> Attacked:
        return Attacked(plan.seed, len(self.suspects), ("fuzzing",), self.suspects)


@dataclass
class Shop:
    """Makes things and shows them; one with an odd number cannot be shown. `is_shut` lets nobody in."""

    is_mended: bool = False
    is_shut: bool = False
    makes: bool = True
    things: dict[str, int] = field(default_factory=dict)
    first: int = 100

    async def send(self, request: Request) -> Exchange:
        return Exchange(request, self.answer(request))

    def answer(self, request: Request) -> Response:
        if self.is_shut:
            return Response(401)
        if request.method == "POST":
            if not self.makes:
                return Response(409)
            name = str(self.first + len(self.things))
            self.things[name] = json.loads(request.body).get("n", 0)
            return Response(201, "", JSON, json.dumps({"id": name}).encode())
        number = self.things.get(request.path.rpartition("/")[2])
        if number is None:
            return Response(404)
        return BOOM if number > 9 and not self.is_mended else Response(200)

    async def close(self) -> None:
        """Nothing."""


def _chain(shop: Shop) -> Suspect:
    """A thing is made, another one, and the first one is looked at."""
    odd = Request("POST", "/v1/things", JSON, b'{"n": 77, "more": 1}')
    even = Request("POST", "/v1/things", JSON, b'{"n": 1}')
    made = Exchange(odd, shop.answer(odd)), Exchange(even, shop.answer(even))
    seen = Request("GET", "/v1/things/100", JSON)
    failed = Exchange(seen, shop.answer(seen))
    return Suspect("not_a_server_error", "GET /v1/things/{id}", "Server error", (*made, failed))


def test_a_failure_of_two_steps_is_kept_as_both_and_fails_again_on_a_service_with_other_ids() -> None:
    """What made the thing comes before; what is not needed is left out; today's id flows."""
    shop, shelf = Shop(), Shelf()
    _attack(_hunt(shop, shelf), _chain(shop))
    (kept,) = shelf.kept.values()
    assert [one.request.method for one in kept.exchanges] == ["POST", "GET"]
    assert json.loads(kept.exchanges[0].request.body) == {"n": 77}
    assert kept.exchanges[0].request.headers.get("Content-Length") in (None, "8")
    again = _hunt(Shop(first=500), shelf)
    asyncio.run(again.again([]))
    assert [one.rule for one in again.judge.findings] == ["attack-server-error"]
    assert len(again.found[0].before) == 1
    mended = _hunt(Shop(first=500, is_mended=True), shelf)
    asyncio.run(mended.again([]))
    assert mended.found[0].is_fixed


@pytest.mark.parametrize(
    ("shop", "why"), [(Shop(is_shut=True), "answered otherwise"), (Shop(makes=False), "answered otherwise")]
)
def test_a_kept_failure_whose_way_is_another_one_is_not_called_fixed(shop: Shop, why: str) -> None:
    """Nobody can say, and the verdict is unknown."""
    first, shelf = Shop(), Shelf()
    _attack(_hunt(first, shelf), _chain(first))
    again = _hunt(shop, shelf)
    asyncio.run(again.again([]))
    (told,) = again.found
    assert not told.is_fixed
    assert why in told.why
    assert again.judge.findings == ()
    assert Verified("things", "1", asked=1, found=tuple(again.found)).exit_code is ExitCode.UNKNOWN


def test_a_kept_failure_that_is_not_let_in_is_not_called_fixed() -> None:
    """A refusal says nothing of what lies behind it."""
    shelf = Shelf()
    _attack(_hunt(Service(), shelf), _suspect({"bad": 1}))
    again = _hunt(Shop(is_shut=True), shelf)
    asyncio.run(again.again([]))
    assert "not let in" in again.found[0].why


def test_what_is_quoted_of_an_answer_is_redacted() -> None:
    """A contract's finding shows what came, less its secrets."""
    secret = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"

    @dataclass
    class Leaky(Service):
        async def send(self, request: Request) -> Exchange:
            return Exchange(request, Response(200, "", JSON, json.dumps({"id": secret}).encode()))

    quoted: list[bytes] = []

    class Quoting(LiveJudge):
        def attacked(self, request: Request, outcome: Outcome, evidence: str) -> tuple[Finding, ...]:
            quoted.append(outcome.body if isinstance(outcome, Response) else b"")
            return super().attacked(request, outcome, evidence)

    hunt = Hunt(Leaky(), Caller(), Quoting(Mirror("tags", "1")), Redactor, Shelf(), Silence(), "http://127.0.0.1:1")
    _attack(hunt, _suspect({}, Response(200, "", JSON, json.dumps({"id": secret}).encode())))
    assert len(quoted) == 2
    assert not any(secret.encode() in one for one in quoted)


def _suspect(body: object, outcome: Outcome = BOOM, check: str = "not_a_server_error") -> Suspect:
    request = Request("POST", "/v1/tags?x=1", JSON, json.dumps(body).encode())
    return Suspect(check, "POST /v1/tags", "Server error", (Exchange(request, outcome),))


def _hunt(service: Upstream, shelf: Shelf) -> Hunt:
    judge = LiveJudge(Mirror("tags", "1.0.0"))
    return Hunt(service, Caller(), judge, Redactor, shelf, Silence(), "http://127.0.0.1:1")


def _attack(hunt: Hunt, *suspects: Suspect) -> None:
    asyncio.run(hunt.attack(Once(suspects), AttackPlan("http://127.0.0.1:1", seed=5)))


def test_a_failure_that_comes_back_is_made_smaller_and_kept_without_secrets() -> None:
    """Only what it needs to fail is left of it."""
    hunt, shelf = _hunt(Service(), shelf := Shelf()), shelf
    _attack(hunt, _suspect({"label": "x", "bad": 1, "more": [1, 2]}))
    (kept,) = shelf.kept.values()
    assert json.loads(kept.exchanges[-1].request.body) == {"bad": 0}
    assert kept.exchanges[-1].request.target == "/v1/tags"
    assert "sk_live_9aF3kLm2" not in repr(kept)
    assert [(one.rule, one.level) for one in hunt.judge.findings] == [("attack-server-error", Level.BREAK)]
    assert hunt.found[0].is_new
    assert "sk_live_9aF3kLm2" not in hunt.found[0].curl


def test_the_same_failure_many_times_is_one() -> None:
    """However many requests show it."""
    hunt = _hunt(Service(), shelf := Shelf())
    _attack(hunt, *(_suspect({"bad": number}) for number in range(20)))
    assert len(shelf.kept) == len(hunt.judge.findings) == 1


def test_a_failure_that_does_not_come_back_is_flaky() -> None:
    """A warning, and not kept."""
    hunt = _hunt(Service(times=0), shelf := Shelf())
    _attack(hunt, _suspect({"bad": 1}))
    assert [(one.rule, one.level) for one in hunt.judge.findings] == [("attack-flaky", Level.WARN)]
    assert shelf.kept == {}


def test_what_only_the_attacker_minds_is_a_warning() -> None:
    """An optional check."""
    hunt = _hunt(Service(), Shelf())
    _attack(hunt, _suspect({}, Response(200), "negative_data_rejection"))
    assert [(one.rule, one.level) for one in hunt.judge.findings] == [("attack-rejected", Level.WARN)]


def test_a_kept_failure_is_asked_first_and_told_when_it_is_mended() -> None:
    """It fails again, and then no longer does."""
    shelf = Shelf()
    _attack(_hunt(Service(), shelf), _suspect({"bad": 1}))
    again = _hunt(service := Service(), shelf)
    asyncio.run(again.again([("Authorization", "Bearer today")]))
    assert service.asked[0].headers.get("Authorization") == "Bearer today"
    assert [one.rule for one in again.judge.findings] == ["attack-server-error"]
    assert not again.found[0].is_new
    mended = _hunt(Service(times=0), shelf)
    asyncio.run(mended.again([]))
    assert [(one.rule, one.level) for one in mended.judge.findings] == [("attack-fixed", Level.INFO)]
    assert mended.found[0].is_fixed


def test_no_answer_breaks() -> None:
    """As it would break whoever asks."""
    judge = LiveJudge(Mirror("tags", "1.0.0"))
    found = judge.attacked(Request("GET", "/"), Fault(FaultKind.RESET), "here")
    assert [(one.rule, one.level) for one in found] == [("attack-unanswered", Level.BREAK)]


def test_a_smaller_request_lacks_one_thing() -> None:
    """Or has one thing plainer, and is never the same."""
    request = _suspect({"a": 1, "b": 2}).exchanges[0].request
    ones = list(smaller(request))
    assert [one.body for one in ones[1:]] == [b'{"b":2}', b'{"a":1}', b'{"a":0,"b":2}', b'{"a":1,"b":0}']
    assert len(ones) == 5
    assert request not in ones


def test_a_curl_line_is_one_line() -> None:
    """Whatever the body holds."""
    request = Request("POST", "/v1/it's", JSON, b"a'b\n\x1b[31m\\x")
    line = curl_of(request, "http://127.0.0.1:1/")
    assert line.isprintable()
    assert line.endswith("'http://127.0.0.1:1/v1/it'\\''s'")
