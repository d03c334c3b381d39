"""After an attack: suspicions are asked again, judged, made smaller, and kept."""

import asyncio
import json
from dataclasses import dataclass, field

from truemirror.cli.output import Silence
from truemirror.core.attack import Attacked, AttackPlan, Found, Suspect, curl_of, smaller
from truemirror.core.contract.finding import Level
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor
from truemirror.usecases.verify_attack import Hunt
from truemirror.usecases.verify_caller import Caller
from truemirror.usecases.verify_judge import LiveJudge

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


def _suspect(body: object, outcome: Outcome = BOOM, check: str = "not_a_server_error") -> Suspect:
    request = Request("POST", "/v1/tags?x=1", JSON, json.dumps(body).encode())
    return Suspect(check, "POST /v1/tags", "Server error", (Exchange(request, outcome),))


def _hunt(service: Service, shelf: Shelf) -> Hunt:
    judge = LiveJudge(Mirror("tags", "1.0.0"))
    return Hunt(service, Caller(), judge, Redactor, shelf, Silence(), "http://127.0.0.1:1")


def _attack(hunt: Hunt, *suspects: Suspect) -> None:
    asyncio.run(hunt.attack(Once(suspects), AttackPlan("http://127.0.0.1:1", seed=5)))


def test_a_failure_that_comes_back_is_made_smaller_and_kept_without_secrets() -> None:
    """Only what it needs to fail is left of it."""
    hunt, shelf = _hunt(Service(), shelf := Shelf()), shelf
    _attack(hunt, _suspect({"label": "x", "bad": 1, "more": [1, 2]}))
    (kept,) = shelf.kept.values()
    assert json.loads(kept.exchanges[-1].request.body) == {"bad": 1}
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
    """And is never the same."""
    request = _suspect({"a": 1, "b": 2}).exchanges[0].request
    ones = list(smaller(request))
    assert len(ones) == 3
    assert request not in ones


def test_a_curl_line_is_one_line() -> None:
    """Whatever the body holds."""
    request = Request("POST", "/v1/it's", JSON, b"a'b\n\x1b[31m\\x")
    line = curl_of(request, "http://127.0.0.1:1/")
    assert line.isprintable()
    assert line.endswith("'http://127.0.0.1:1/v1/it'\\''s'")
