"""The page of one failed test of a flow: self-contained, without scripts, nothing loaded from anywhere.

Rules: the template decides nothing; everything is escaped, a snapshot of a page stands in a frame that may do nothing;
each picture is in the page once, as long as there is room, else linked.
"""

import base64
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from truemirror import __version__
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.flow.compare import Difference, compare
from truemirror.core.flow.thin import Limits, is_aside, is_failure, kept_try
from truemirror.core.flow.trace import Call, Outcome, Trace, Try
from truemirror.core.flow.waterfall import Waterfall, told_ms, waterfall_of
from truemirror.core.wire.exchange import Fault, Response
from truemirror.core.wire.headers import Headers

TONES = {Level.BREAK.value: "failed", Level.WARN.value: "unknown", Level.INFO.value: "plain"}
STATES = {"contract": "passed, but broke a contract", "infrastructure": "infrastructure broke"}
"""What is said of a state where its word alone says too little."""
LEVELS = {"error": "failed", "warn": "unknown", "warning": "unknown"}
_LONGEST = 30_000
"""Characters of a body that a page shows."""
SNAPSHOT, FINAL = "dom", "final"
"""How the names begin of documents and pictures of the pages at the end."""
_HINTS = 3
_LONGEST_HINT = 200
_LONGEST_NAME = 25
_LONGEST_DOM = 600_000
_MEDIA = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
_REFUSES, _BREAKS = 400, 500


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is in the page."""

    number: int
    """Of the step that shows it; more than there are steps for the pages at the end."""
    address: Markup
    """It all, as a data address."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page, for its list of contents."""

    anchor: str
    title: str
    count: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something else that went wrong, told beside the message."""

    anchor: str
    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, where it was first seen and how often."""

    value: Finding
    call: int
    seen: int
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """A call as the page shows it."""

    value: Call
    method: str
    target: str
    host: str
    status: str
    line: str
    took: str
    tone: str
    verdict: str
    """What the contract says of it; empty where nobody asks one."""
    verdict_tone: str
    recording: str
    """The end of its recording's name."""
    is_aside: bool
    asked: str
    asked_fields: str
    answered: str
    answered_fields: str


@cache
def template(name: str) -> Template:
    """A compiled template."""
    environment = Environment(
        loader=PackageLoader("truemirror.adapters.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def state_of(trace: Trace) -> str:
    """How a test ended, in one word: passed, contract (passed, and broke one), flaky, failed or infrastructure."""
    outcomes = [one.outcome for one in trace.tries] or [Outcome.INFRASTRUCTURE]
    if outcomes[-1] is not Outcome.PASSED:
        return outcomes[-1].value
    if set(outcomes) != {Outcome.PASSED}:
        return "flaky"
    return "contract" if is_failure(trace) else "passed"


def services_of(trace: Trace) -> list[str]:
    """The services that a test called."""
    return sorted({call.service for one in trace.tries for call in one.calls if call.service})


def run_again(trace: Trace) -> str:
    """One line for a shell that runs a test again."""
    return f"pytest {shlex.quote(trace.test)} --flows-target {trace.target.value}"


def flow_page(
    trace: Trace,
    green: Trace | None = None,
    files: Mapping[str, bytes] | None = None,
    *,
    again: str = "",
    limits: Limits | None = None,
) -> str:
    """The page. `files` are those of the telling try, by the names that its steps know; `again` runs the test again."""
    files = files or {}
    one = kept_try(trace) or Try(1, Outcome.INFRASTRUCTURE, "the test never began")
    ends = [name for name in sorted(files) if name.startswith(FINAL) and _media_of(files[name])]
    pictures = _pictures([*(step.picture for step in one.steps), *ends], files, (limits or Limits()).page)
    fall = waterfall_of(one)
    found = _findings(one.calls)
    findings = [one for one in found if one.value.level is not Level.INFO]
    differences = compare(green.tries[-1], one) if green and green.tries else ()
    state = state_of(trace)
    place, _, name = trace.test.rpartition("::")
    folder = f"try{one.number}"
    return template("flow.html").render(
        trace=trace,
        one=one,
        name=name,
        place=place,
        state=state,
        said=STATES.get(state, state),
        services=services_of(trace),
        again=again or run_again(trace),
        parts=list(_parts(one, findings, differences)),
        hints=list(_hints(one, findings)),
        message=told_and_why(one.message),
        pictures=pictures,
        last=[number for number in pictures if number > len(one.steps)] or list(pictures)[-1:],
        shape=_shape(next((files[step.picture] for step in one.steps if step.picture in files), b"")),
        links={number: f"{folder}/{step.picture}" for number, step in enumerate(one.steps, 1) if step.picture in files},
        fall=fall,
        ends=told_ms(fall.ends_ms),
        lines=lambda: _lines(fall),
        calls=[_row(call) for call in one.calls],
        findings=findings,
        notices=[one for one in found if one.value.level is Level.INFO],
        green=green,
        differences=differences,
        snapshots=[
            (name, files[name].decode("utf-8", "replace")[:_LONGEST_DOM])
            for name in sorted(files)
            if name.startswith(SNAPSHOT) and name.endswith(".txt")
        ],
        files=[f"{folder}/{file}" for file in sorted(files) if _media_of(files[file]) is None],
        ms=told_ms,
        tones=TONES,
        levels=LEVELS,
        version=__version__,
    )


def _parts(one: Try, findings: Sequence[Found], differences: Sequence[Difference]) -> Iterator[Part]:
    """What the page has, with counts; those first that say what is wrong."""
    errors = any(line.level in LEVELS for line in one.said)
    problems = any(step.problem for step in one.steps)
    parts = (
        Part("steps", _many("step", one.steps), len(one.steps), "failed" if problems else ""),
        Part("calls", _many("call", one.calls), len(one.calls)),
        Part("contract", _many("contract finding", findings), len(findings), "failed"),
        Part("misses", "without a recording", len(one.misses), "failed"),
        Part("green", "unlike the last green run", len(differences), "unknown"),
        Part("console", _many("line", one.said) + " of the console", len(one.said), "unknown" if errors else ""),
    )
    return (part for part in parts if part.count)


def told_and_why(message: str) -> tuple[str, str]:
    """A message, and apart from it how pytest explains the values in it (lines that begin with a plus)."""
    lines = message.splitlines()
    cut = next((place for place, line in enumerate(lines) if place and line.lstrip().startswith("+ ")), len(lines))
    return "\n".join(lines[:cut]), "\n".join(lines[cut:])


def _hints(one: Try, findings: Sequence[Found]) -> Iterator[Hint]:
    """What else went wrong, which is often why: the first few of each kind."""
    for found in findings[:_HINTS]:
        yield Hint("contract", "contract", f"{found.value.operation}: {found.value.message}", found.tone)
    broken = [call for call in one.calls if (call.exchange.status or _BREAKS) >= _BREAKS and not is_aside(call)]
    for call in broken[:_HINTS]:
        request, row = call.exchange.request, _row(call)
        yield Hint("calls", "answer", f"{request.method} {request.target}: {row.line}", "failed")
    for miss in one.misses[:_HINTS]:
        yield Hint("misses", "no recording", miss.partition("\n")[0], "failed")
    for line in [line for line in one.said if line.level == "error"][:_HINTS]:
        yield Hint("console", "console", line.text.partition("\n")[0][:_LONGEST_HINT], "unknown")


def _many(word: str, things: Sequence[object]) -> str:
    """A word for one thing or many."""
    return word if len(things) == 1 else f"{word}s"


def _pictures(names: Sequence[str], files: Mapping[str, bytes], room: int) -> dict[int, Picture]:
    """The pictures that are in the page, by step from 1; the last ones first where there is little room."""
    found: dict[int, Picture] = {}
    for number in range(len(names), 0, -1):
        content = files.get(names[number - 1], b"")
        media = _media_of(content)
        if media and len(content) <= room:
            room -= len(content)
            address = f"data:{media};base64,{base64.b64encode(content).decode()}"
            found[number] = Picture(number, Markup(address))  # noqa: S704  letters of base64 only
    return dict(sorted(found.items()))


def _media_of(content: bytes) -> str | None:
    """What kind of picture bytes are, by what they begin with; None for all else."""
    return next((media for start, media in _MEDIA if content.startswith(start)), None)


def _shape(picture: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG (its IHDR is the first chunk: PNG, third edition, §11.2.1)."""
    if not picture.startswith(_MEDIA[0][0]) or len(picture) < 24:
        return None
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    return (width, min(height, width * 2)) if width and height else None


def _lines(fall: Waterfall) -> Markup:
    """The lines and folds of the axis across one lane."""
    ticks = [Markup('<i style="left:{}%"></i>').format(tick.left) for tick in fall.ticks]
    folds = [Markup('<s style="left:{}%;width:{}%"></s>').format(fold.left, fold.width) for fold in fall.folds]
    return Markup("").join((*ticks, *folds))


def _findings(calls: Sequence[Call]) -> list[Found]:
    """Every finding once, the weightiest first."""
    seen: dict[str, list[tuple[int, Finding]]] = {}
    for number, call in enumerate(calls, 1):
        for finding in call.findings:
            seen.setdefault(finding.fingerprint, []).append((number, finding))
    found = [Found(ones[0][1], ones[0][0], len(ones), TONES[ones[0][1].level.value]) for ones in seen.values()]
    return sorted(found, key=lambda one: (list(TONES).index(one.value.level.value), one.call))


def _row(call: Call) -> Row:
    """A call as the page shows it."""
    request, outcome = call.exchange.request, call.exchange.outcome
    answer = outcome if isinstance(outcome, Response) else outcome.partial
    status = outcome.kind.value if isinstance(outcome, Fault) else str(outcome.status)
    line = f"{status}: {outcome.detail}" if isinstance(outcome, Fault) else f"{status} {outcome.reason}"
    failed = isinstance(outcome, Fault) or outcome.status >= _REFUSES
    verdict, tone = _verdict(call)
    return Row(
        call,
        request.method,
        request.target,
        call.url.partition("://")[2].partition("/")[0],
        status,
        line.strip(),
        told_ms(call.exchange.elapsed_ms),
        "failed" if failed else "passed",
        verdict,
        tone,
        call.recording if len(call.recording) <= _LONGEST_NAME else f"…{call.recording[-_LONGEST_NAME:]}",
        is_aside(call),
        shown(request.body, request.headers),
        _fields(request.headers),
        shown(answer.body, answer.headers) if answer else "",
        _fields(answer.headers) if answer else "",
    )


def _verdict(call: Call) -> tuple[str, str]:
    """What the contract says of a call, and its tone."""
    found = [one.level.value for one in call.findings if one.level is not Level.INFO]
    if found:
        return f"{len(found)} {_many('finding', found)}", TONES[min(found, key=list(TONES).index)]
    if isinstance(call.exchange.outcome, Fault):
        return "no answer", "plain"
    if call.operation:
        return "kept", "passed"
    return ("", "plain") if is_aside(call) else ("no contract", "plain")


def shown(body: bytes, headers: Headers) -> str:
    """A body for people: JSON with its lines, other text as it is, of all else its size."""
    if not body:
        return ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{len(body)} bytes of {headers.get('content-type') or 'unknown type'}"
    if text[:1] in "{[":
        with suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if len(text) > _LONGEST:
        return f"{text[:_LONGEST]}\n... {len(text) - _LONGEST} characters more are in trace.json"
    return text


def _fields(headers: Headers) -> str:
    """Header fields, a line each."""
    return "\n".join(f"{name}: {value}" for name, value in headers.pairs)
