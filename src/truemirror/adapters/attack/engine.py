"""The attack itself: schemathesis' phases examples, coverage, fuzzing and stateful against a running service.

Rules: it ends in time: the engine has its own clock, and the events are left when that is over; each phase has a
bounded number of examples. Redirects are not followed, nothing is written to disk, no configuration file of its own is
read. A failing check is a suspicion with the whole conversation that led to it.
"""

import asyncio
import logging
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from truemirror.core.attack import Attacked, AttackPlan, Suspect
from truemirror.core.attack_chain import Givers
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError, UsageError

PHASES = ("examples", "coverage", "fuzzing", "stateful")
GRACE = 10.0
"""Seconds beyond its time after which an attack is left, whatever the engine does."""
MOST = 400
"""How many suspicions are taken down."""
_OWN_HEADERS = frozenset({"content-length", "connection", "accept-encoding", "user-agent", "x-schemathesis-testcaseid"})


class SchemathesisAttacker:
    """Attacks from a contract's file; see `truemirror.ports.Attacker`."""

    def __init__(self, openapi: Path) -> None:
        """`openapi` is the contract's OpenAPI file; what it refers to lies beside it."""
        self._openapi = openapi

    async def attack(self, plan: AttackPlan) -> Attacked:
        """Attack for as long as planned. Raises UsageError without schemathesis or for unknown checks, FormatError."""
        schema = _loaded(self._openapi, plan)
        return await asyncio.to_thread(_run, schema, plan)


def known_checks() -> tuple[str, ...]:
    """Every check that there is. Raises UsageError without schemathesis."""
    _need()
    from schemathesis.config._checks import _BUILTIN_CHECK_CONFIGS

    return tuple(_BUILTIN_CHECK_CONFIGS)


def _need() -> None:
    """Raises UsageError when schemathesis is not installed."""
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        raise UsageError(
            "an attack needs schemathesis, which is not installed",
            fix="pip install 'truemirror[verify]', or leave the attack out with --no-attack",
        ) from None


def _loaded(openapi: Path, plan: AttackPlan) -> Any:
    """The contract as schemathesis reads it. Raises UsageError, FormatError."""
    known = known_checks()
    for check in plan.checks:
        if check not in known:
            from difflib import get_close_matches

            near = get_close_matches(check, known, n=1, cutoff=0.4)
            nearest = near[0] if near else ", ".join(known)
            raise UsageError(f"there is no check {check!r}", where="--checks", nearest=nearest)
    import schemathesis.openapi
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict(_configuration(plan, known))
    try:
        return schemathesis.openapi.from_path(openapi, config=config)
    except Exception as error:
        raise FormatError(f"schemathesis cannot read it: {str(error)[:300]}", where=str(openapi)) from error


def _configuration(plan: AttackPlan, known: tuple[str, ...]) -> dict[str, Any]:
    """All that schemathesis is told. Methods that the contract does not have are nobody's promise."""
    checks: dict[str, Any] = {name: {"enabled": name in plan.checks} for name in known}
    return {
        "seed": plan.seed,
        "max-time": plan.seconds,
        "base-url": plan.url,
        "headers": dict(plan.headers),
        "request-timeout": plan.timeout,
        "max-redirects": 0,
        "continue-on-failure": True,
        "checks": checks,
        "generation": {"max-examples": plan.examples, "database": "none"},
        "phases": {name: {"enabled": True} for name in PHASES} | {"coverage": {"unexpected-methods": []}},
    }


def _run(schema: Any, plan: AttackPlan) -> Attacked:
    """Listen to the engine until it is done or its time is over."""
    from schemathesis.engine import events, from_schema

    logging.getLogger("schemathesis").setLevel(logging.CRITICAL)
    suspects: list[Suspect] = []
    phases: dict[str, None] = {}
    errors: dict[str, None] = {}
    givers = Givers()
    calls = 0
    ends = time.monotonic() + plan.seconds + GRACE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stream = from_schema(schema).execute()
        for event in stream:
            if isinstance(event, events.ScenarioFinished):
                calls += len(event.recorder.interactions)
                if event.recorder.interactions:
                    phases[event.phase.value.lower()] = None
                for interaction in event.recorder.interactions.values():
                    givers.hear(_exchange(interaction, plan))
                if len(suspects) < MOST:
                    suspects += _suspects(event.recorder, plan, givers)
            elif isinstance(event, events.NonFatalError):
                errors[f"{event.label}: {event.info.message}"[:300]] = None
            elif isinstance(event, events.FatalError):
                errors[f"{type(event.exception).__name__}: {event.exception}"[:300]] = None
            if time.monotonic() > ends:
                stream.stop()
    return Attacked(plan.seed, calls, tuple(phases), tuple(suspects[:MOST]), tuple(errors)[:20])


def _suspects(recorder: Any, plan: AttackPlan, givers: Givers) -> Iterator[Suspect]:
    """The failing conversations of one scenario."""
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            failing = failure.case_id or case_id
            chain = givers.conversation(tuple(_chain(recorder, failing, plan)))
            if chain:
                said = " ".join(f"{failure.title}. {failure.message}".split())[:300]
                yield Suspect(check.name, failure.operation, said, chain)


def _chain(recorder: Any, case_id: str, plan: AttackPlan) -> Iterator[Exchange]:
    """What has to be asked to come to a case, and the case itself last."""
    ids = []
    current: str | None = case_id
    while current is not None and current in recorder.cases and current not in ids:
        ids.append(current)
        current = recorder.cases[current].parent_id
    for one in reversed(ids):
        interaction = recorder.interactions.get(one)
        if interaction is not None:
            yield _exchange(interaction, plan)


def _exchange(interaction: Any, plan: AttackPlan) -> Exchange:
    """One request of the attack and its answer, as all exchanges are."""
    said = interaction.request
    parts = urlsplit(said.uri)
    base = urlsplit(plan.url).path.rstrip("/")
    path = parts.path.removeprefix(base) or "/"
    target = path + (f"?{parts.query}" if parts.query else "")
    fields = [(name, _text(value)) for name, values in said.headers.items() for value in values]
    headers = Headers(tuple(pair for pair in fields if pair[0].lower() not in _OWN_HEADERS))
    body = said.body or b""
    if body:
        headers = headers.adding("Content-Length", str(len(body)))
    request = Request(said.method, target, headers, body)
    return Exchange(request, _outcome(interaction.response))


def _text(value: Any) -> str:
    """A field's value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _outcome(response: Any) -> Outcome:
    """What came; nothing is a fault."""
    if response is None:
        return Fault(FaultKind.EMPTY, "no answer")
    fields = [(name, _text(value)) for name, values in response.headers.items() for value in values]
    return Response(response.status_code, response.message or "", Headers(tuple(fields)), response.content or b"")
