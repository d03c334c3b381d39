"""Whose call was that, and does it keep the contract: service, operation and findings of everything a page asked.

Rules: pure. A host belongs to the service that the configuration gives it to. Only calls that a contract can judge are
held: no preflight, no script or picture of a service without a contract, nothing that a test's own end cut off or whose
body could not be captured. A
finding of level break is a violation; what a page wrote as an error to its console, and what did not load, are findings
of the functional kind: told, and judged by whoever asked to.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.environment import host_of
from truemirror.core.flow.hosts import authority
from truemirror.core.flow.trace import Call, Said
from truemirror.core.wire.exchange import Fault

Judge = Callable[[str], Conformance | None]
"""The contract of a service, ready to judge; None when it has none."""
_OWN = "x-truemirror"
"""The header of answers that a mirror gave by itself: of a miss, for example."""
_PREFLIGHT = "preflight"
_PASSIVE = frozenset({"document", "script", "stylesheet", "image", "font", "media", "manifest", "icon"})
_BROKEN_OFF = ("ERR_ABORTED", "NS_BINDING_ABORTED", "ERR_BLOCKED_BY_ORB")


class Owners:
    """Which service a host belongs to."""

    def __init__(self, hosts: Mapping[str, Iterable[str]], scheme: str = "http") -> None:
        """`hosts` are those of each service, with a port or without."""
        self._owners = {authority(host, scheme): name for name, all_ in hosts.items() for host in all_}

    def of(self, url: str) -> str:
        """The service of a URL's host; empty when it belongs to none."""
        return self._owners.get(host_of(url), "")


def known(call: Call, owners: Owners, judge: Judge) -> Call:
    """The call with its service, its operation, and what is to be said of it."""
    service = call.service or owners.of(call.url)
    contract = judge(service) if service else None
    if contract is None:
        return replace(call, service=service)
    request = call.exchange.request
    found = contract.operation_of(request.method, request.target)
    findings = contract.check(call.exchange, call.url) if _is_judged(call, found is not None) else ()
    return replace(call, service=service, operation=found.name if found else "", findings=findings)


def _is_judged(call: Call, has_operation: bool) -> bool:
    """Whether a contract has a say in a call."""
    outcome = call.exchange.outcome
    if isinstance(outcome, Fault) or _OWN in outcome.headers or call.uncaptured:
        return False
    if call.kind == _PREFLIGHT or call.exchange.request.method == "OPTIONS":
        return False
    return has_operation or call.kind not in _PASSIVE


def violations(calls: Iterable[Call]) -> tuple[tuple[Call, Finding], ...]:
    """Every finding that breaks a contract, with its call; one that many calls show is told with the first."""
    first: dict[tuple[str, str], tuple[Call, Finding]] = {}
    for call in calls:
        for one in call.findings:
            if one.level is Level.BREAK:
                first.setdefault((one.fingerprint, one.message), (call, one))
    return tuple(first.values())


def failed_loads(calls: Iterable[Call]) -> tuple[Call, ...]:
    """What pages asked for and did not get: no answer at all, or a refused script, style or picture.

    What a page broke off itself (by leaving, or on purpose) is none, and an icon that nobody made is not either.
    """
    return tuple(call for call in calls if _is_failed(call))


def _is_failed(call: Call) -> bool:
    """Whether a page did not get what it asked for."""
    outcome = call.exchange.outcome
    if isinstance(outcome, Fault):
        return not outcome.detail.removeprefix("net::").startswith(_BROKEN_OFF)
    own = call.exchange.request.path == "/favicon.ico"
    return outcome.status >= 400 and call.kind in _PASSIVE - {"document"} and not own


def errors_said(said: Iterable[Said]) -> tuple[Said, ...]:
    """What pages wrote as errors, each text once."""
    return tuple({one.text: one for one in said if one.level == "error"}.values())


def page_findings(calls: Iterable[Call], said: Iterable[Said], allowed: Iterable[str] | None = ()) -> tuple[str, ...]:
    """Errors of scripts and failed loads, a text each, without those that hold an allowed part; None allows all."""
    if allowed is None:
        return ()
    parts = tuple(allowed)
    texts = [f"{one.text} ({one.url})" if one.url else one.text for one in errors_said(said)]
    texts += [_told(call) for call in failed_loads(calls)]
    return tuple(text for text in dict.fromkeys(texts) if not any(part in text for part in parts))


def _told(call: Call) -> str:
    """A failed load, in a line."""
    outcome = call.exchange.outcome
    why = f"{outcome.kind}: {outcome.detail}".rstrip(": ") if isinstance(outcome, Fault) else str(outcome.status)
    return f"{call.exchange.request.method} {call.url} did not load: {why}"
