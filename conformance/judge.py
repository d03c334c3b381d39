"""Judges what was seen against what is seen with nobody between.

Rules: set aside is only what one between may change by RFC 9110 and 9112: fields of the connection, Via, fields that it
adds, the reason, the framing of a body, names' case and the order of different names; the cases that are `exact` or
`framed` look at these, too. An address of the upstream's in Location has to be one of whoever was asked.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.case import Case, Wanted
from conformance.client import Seen
from conformance.codings import content
from conformance.message import Fields, Message

_CONNECTION = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"te", b"via"})
_OF_REQUESTS = _CONNECTION | {b"host", b"content-length", b"expect", b"upgrade"}
_SHOWN = 60
_PORT = re.compile(r":\d{4,5}\b")


class Word(StrEnum):
    """What was seen, in a word."""

    KEPT = "kept"
    REFUSED = "refused"
    DIFFERS = "differs"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a case."""

    word: Word
    good: bool
    """Whether that is what is wanted."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One walk through a case."""

    seen: Seen
    authority: str
    """Of whoever was asked."""
    asked: tuple[Message, ...] = ()
    """What the upstream was asked meanwhile."""
    strays: int = 0
    """How often the upstream was sent what is no request, meanwhile."""
    grown_mib: int = 0
    """By how much the memory of whoever was asked grew."""


def judge(case: Case, direct: Phase | None, recorded: Phase, replayed: Phase) -> Verdict:
    """Both phases in one verdict, the first difference as its detail."""
    verdicts = [
        _phase(case, direct, recorded, "recording", live=True),
        _phase(case, direct, replayed, "replay", live=False),
    ]
    for word in (Word.DIFFERS, Word.REFUSED):
        for verdict in verdicts:
            if verdict.word is word:
                return Verdict(word, all(one.good for one in verdicts), verdict.detail)
    return verdicts[0]


def _phase(case: Case, direct: Phase | None, phase: Phase, name: str, *, live: bool) -> Verdict:
    """One phase in a verdict."""
    if case.wanted is not Wanted.KEPT:
        why_not = _why_not_refused(case, phase)
        if not why_not:
            return Verdict(Word.REFUSED, good=True)
        if case.wanted in (Wanted.REFUSED, Wanted.SPOKEN) or direct is None:
            safe = case.wanted is Wanted.SAFE and (_is_safe(phase) if live else not phase.seen.answers[1:])
            spoken = case.wanted is Wanted.SPOKEN and not phase.asked and _speaks_http2(phase.seen.stray)
            if safe or spoken:
                return Verdict(Word.KEPT, good=True)
            return Verdict(Word.DIFFERS, good=False, detail=f"{name}: {why_not}")
    assert direct is not None
    difference = _answers_differ(case, direct, phase)
    if difference and _is_own_error(direct.seen, phase.seen):
        status = phase.seen.answers[0].status
        return Verdict(Word.REFUSED, good=False, detail=f"{name}: answers {status} of its own")
    difference = difference or (_requests_differ(case, direct.seen, direct.asked, phase.asked) if live else "")
    if not difference and live and case.flat_mib and phase.grown_mib > case.flat_mib:
        difference = f"memory grows with the body, by more than {case.flat_mib} MiB"
    if difference:
        return Verdict(Word.DIFFERS, good=False, detail=f"{name}: {difference}")
    return Verdict(Word.KEPT, good=True)


# refusals


def _why_not_refused(case: Case, phase: Phase) -> str:
    """Why this is no clear refusal; nothing when it is one.

    Where nothing about the request is ambiguous, so that it could be passed on as well, the connection may go on.
    """
    seen = phase.seen
    if any(one.body.whole for one in phase.asked) or phase.strays:
        return f"passed on as {len(phase.asked) + phase.strays} request(s)"
    if not seen.answers and _says_goaway(seen.stray):
        return ""
    if not seen.answers:
        return f"no answer, the connection is {seen.ending}"
    if seen.answers[1:]:
        return "a second answer"
    status = seen.answers[0].status
    if status < 400:
        return f"taken, with {status}"
    if seen.stray:
        return f"{status}, and more behind it"
    if seen.ending == "open" and case.wanted is not Wanted.EITHER:
        return f"{status}, but the connection stays open"
    return ""


def _says_goaway(data: bytes) -> bool:
    """Whether bytes are frames of HTTP/2 with a GOAWAY among them (RFC 9113 §6.8): a refusal in its words."""
    return any(kind == 7 for kind, _ in _frames(data))


def _speaks_http2(data: bytes) -> bool:
    """Whether bytes are frames of HTTP/2: settings first, and an acknowledgement of the client's (RFC 9113 §3.4)."""
    kinds = list(_frames(data))
    return kinds[:1] == [(4, 0)] and (4, 1) in kinds


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """The kind and flags of each whole frame (RFC 9113 §4.1)."""
    while len(data) >= 9:
        yield data[3], data[4]
        data = data[9 + int.from_bytes(data[:3], "big") :]


def _is_safe(phase: Phase) -> bool:
    """Whether a request that could be read in two ways was passed on as one that cannot."""
    if len(phase.asked) != 1 or phase.strays or phase.seen.answers[1:]:
        return False
    (one,) = phase.asked
    return not (one.values(b"content-length") and one.values(b"transfer-encoding"))


def _is_own_error(direct: Seen, seen: Seen) -> bool:
    """Whether the answer is an error that the upstream did not give."""
    first = seen.answers[0].status if seen.answers else 0
    return first >= 400 and (not direct.answers or direct.answers[0].status != first)


# answers


def _answers_differ(case: Case, direct: Phase, phase: Phase) -> str:
    """The first difference for the client; nothing when there is none."""
    seen, known = phase.seen, direct.seen
    if seen.ending == "not listening":
        return "nobody listens"
    if len(seen.answers) != len(known.answers):
        return f"{len(seen.answers)} answer(s) for {len(known.answers)}, then {seen.ending}"
    for mine, theirs in zip(seen.answers, known.answers, strict=True):
        difference = _answer_differs(case, theirs, mine, direct.authority, phase.authority)
        if difference:
            return difference
    interims, known_interims = ([one.status for one in side.interims] for side in (seen, known))
    if interims != known_interims:
        return f"informational answers {_listed(interims)} for {_listed(known_interims)}"
    for mine, theirs in zip(seen.interims, known.interims, strict=True):
        difference = _fields_differ(theirs.fields, mine.fields, _CONNECTION)
        if difference:
            return f"in {mine.status}, {difference}"
    is_fault = not known.answers or not known.answers[-1].body.whole
    if is_fault and (seen.ending, seen.stray) != (known.ending, known.stray):
        return f"the connection is {seen.ending} for {known.ending}" + _lengths(seen.stray, known.stray)
    if known.stray and not is_fault and (seen.stray, seen.ending) != (known.stray, known.ending):
        return (
            f"behind the answer, then {seen.ending} for {known.ending}: other bytes{_lengths(seen.stray, known.stray)}"
        )
    if not is_fault and seen.stray and not known.stray:
        return f"{len(seen.stray)} bytes behind the answer"
    if case.bursts and seen.bursts < case.bursts:
        return f"{case.bursts} pieces sent apart arrive in fewer"
    return (case.also(seen.answers[0]) if case.also and seen.answers else "") or ""


def _behind(known: Seen, seen: Seen) -> str:
    """What differs behind the answer: nothing may come there, or what another protocol says and how it ends."""
    if not known.stray:
        return f"{len(seen.stray)} bytes behind the answer" if seen.stray else ""
    if seen.stray != known.stray:
        return "other bytes behind the answer" + _lengths(seen.stray, known.stray)
    return f"{seen.ending} for {known.ending} behind the answer" if seen.ending != known.ending else ""


def _answer_differs(case: Case, known: Message, mine: Message, there: str, here: str) -> str:
    """The first difference between two answers."""
    if mine.status != known.status:
        return f"status {mine.status} for {known.status}"
    gone = _CONNECTION if known.body.framing == "none" else _CONNECTION | {b"content-length"}
    wanted = _moved(known.fields, there, here)
    difference = _exactly(wanted, mine.fields) if case.exact else _fields_differ(wanted, mine.fields, gone)
    if case.exact and not difference and mine.start[2] != known.start[2]:
        difference = f"reason {_short(mine.start[2])} for {_short(known.start[2])}"
    if difference:
        return difference
    if known.body.framing == "none" and mine.body.framing != "none":
        return f"a body of {len(mine.body.content)} bytes for none"
    if _content(case, mine) != _content(case, known):
        return "another body" + _lengths(mine.body.content, known.body.content)
    if mine.body.whole != known.body.whole:
        return "a whole body for a part of one" if mine.body.whole else "a part of a body for a whole one"
    if mine.body.trailers != known.body.trailers and (known.body.trailers or case.exact):
        return f"trailers {_named(mine.body.trailers)} for {_named(known.body.trailers)}"
    if case.framed and mine.body.framing != known.body.framing:
        return f"framed by {mine.body.framing} for {known.body.framing}"
    return ""


def _content(case: Case, message: Message) -> bytes:
    """What counts of a body."""
    return content(message.body.content, case.decoded) if case.decoded else message.body.content


def _moved(fields: Fields, there: str, here: str) -> Fields:
    """Fields as they are under another address."""
    old, new = there.encode(), here.encode()
    return tuple((n, v.replace(old, new) if n.lower() == b"location" else v) for n, v in fields)


def _exactly(known: Fields, mine: Fields) -> str:
    """Whether all fields are there, in case and order, and no more, less those of the connection and an added Date."""
    gone = _CONNECTION | ({b"date"} if not any(name.lower() == b"date" for name, _ in known) else frozenset())
    wanted, got = ([pair for pair in side if pair[0].lower() not in gone] for side in (known, mine))
    if wanted == got:
        return ""
    if sorted(wanted) == sorted(got):
        return "fields in another order"
    if sorted((n.lower(), v) for n, v in wanted) == sorted((n.lower(), v) for n, v in got):
        return "names of fields in another case"
    return _fields_differ(known, mine, gone) or _added(wanted, got)


def _added(wanted: Sequence[tuple[bytes, bytes]], got: Sequence[tuple[bytes, bytes]]) -> str:
    """Which fields are new."""
    known = {name.lower() for name, _ in wanted}
    return f"adds {_named(tuple(pair for pair in got if pair[0].lower() not in known))}"


def _fields_differ(known: Fields, mine: Fields, gone: frozenset[bytes]) -> str:
    """The first field whose values are not those, in their order; fields that are new do not count."""
    wanted, got = _by_name(known), _by_name(mine)
    for name, values in wanted.items():
        if name in gone or got[name] == values:
            continue
        told = name.decode("latin-1")
        if not got[name]:
            return f"no {told}"
        if sorted(got[name]) == sorted(values):
            return f"{told} in another order"
        if [b", ".join(values)] == got[name] and name != b"set-cookie":
            continue  # one field may stand for several (RFC 9110 §5.3)
        return f"{told}: {_short(b' | '.join(got[name]))} for {_short(b' | '.join(values))}"
    return ""


def _by_name(fields: Fields) -> defaultdict[bytes, list[bytes]]:
    """Values by name."""
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, value in fields:
        found[name.lower()].append(value)
    return found


# requests


def _requests_differ(case: Case, direct: Seen, known: Sequence[Message], mine: Sequence[Message]) -> str:
    """The first difference for the upstream."""
    if not direct.answers:
        mine = mine[: len(known)]  # what got no answer may be asked again, as every request here is idempotent
    if len(known) != len(mine):
        return f"the upstream is asked {len(mine)} times for {len(known)}"
    for theirs, ours in zip(sorted(known, key=_place), sorted(mine, key=_place), strict=True):
        if (theirs.start[0], _path(theirs.target)) != (ours.start[0], _path(ours.target)):
            return f"the upstream is asked for {_short(ours.target)}, not {_short(_path(theirs.target))}"
        difference = _fields_differ(theirs.fields, ours.fields, _OF_REQUESTS)
        if case.exact and not difference:
            difference = _exactly(_less(theirs.fields), _less(ours.fields))
        if difference:
            return f"the upstream sees {difference}"
        if _content(case, theirs) != _content(case, ours):
            return "the upstream sees another body" + _lengths(ours.body.content, theirs.body.content)
        if theirs.body.trailers != ours.body.trailers:
            return "the upstream sees other trailers"
    return ""


def _less(fields: Fields) -> Fields:
    """Fields of a request that are not about the connection or the address."""
    return tuple(pair for pair in fields if pair[0].lower() not in _OF_REQUESTS)


def _place(message: Message) -> bytes:
    """By what requests are put in an order, since one between may ask on several connections."""
    return _path(message.target)


def _path(target: bytes) -> bytes:
    """A target in origin form (RFC 9112 §3.2.1)."""
    if b"://" not in target.partition(b"?")[0]:
        return target
    return b"/" + target.partition(b"://")[2].partition(b"/")[2]


# words


def _lengths(mine: bytes, known: bytes) -> str:
    """How long two things are, or where they part."""
    if len(mine) != len(known):
        return f", {len(mine)} bytes for {len(known)}"
    return "" if mine == known else " of the same length"


def _short(value: bytes) -> str:
    """Some bytes, to be read."""
    text = _PORT.sub(":PORT", value.decode("utf-8", "backslashreplace"))
    return f"`{text[:_SHOWN]}…`" if len(text) > _SHOWN else f"`{text}`" if text else "none"


def _named(fields: Fields) -> str:
    """Names of fields."""
    return ", ".join(name.decode("latin-1") for name, _ in fields) or "none"


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in a row."""
    return ", ".join(map(str, numbers)) or "none"
