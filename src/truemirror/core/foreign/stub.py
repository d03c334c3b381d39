"""Hand-written stubs of other tools as exchanges: a request that satisfies the matchers, and the answer to it.

Rules: only equality makes a request. What a stub leaves open becomes an ignore rule on offer. A stub whose request is
that of another one is no second answer, it is hidden behind the first; so it is listed, not carried over.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from truemirror.core.foreign.carried import Gathering
from truemirror.core.foreign.message import fields, request_of, target_of
from truemirror.core.mirror.exchange_id import identity_of
from truemirror.core.mirror.parts import SELECTORS
from truemirror.core.wire.exchange import Exchange, Outcome, Request
from truemirror.core.wire.headers import Headers

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
GARBAGE = b"\x16\x91 not HTTP \xff\xfe\r\n"
"""What stands for random data, always the same."""
RECORD_IT = "record it from the live service: truemirror record SERVICE --upstream URL"


@dataclass(slots=True)
class Stub:
    """What matchers ask of a request, as far as they ask for equality, and what answers it."""

    entry: str
    method: str = "GET"
    path: str = "/"
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    open_query: bool = False
    """Whether further parameters do not count."""
    loosened: dict[str, str] = field(default_factory=dict)
    """Parts that a matcher asks for in a way that no recording can, and how."""
    answers: list[tuple[Outcome, float]] = field(default_factory=list)
    """Outcomes in order, with their milliseconds."""
    host: str = ""
    """The host that was asked, where no header says it."""
    chain: str = ""
    """The sequence that this stub is a step of; several steps may ask for the same."""
    file: str = ""
    """The file that it is from, where a tool takes files in no order of its own."""
    rank: tuple[int, int] = (0, 0)
    """Of two stubs that match, the one with the smaller rank answers."""

    def request(self) -> Request:
        """The request that satisfies the matchers."""
        headers, _ = fields(self.headers)
        body = self.body or b""
        if body and "content-type" not in headers and (kind := _kind(body)):
            headers = headers.adding("Content-Type", kind)
        mark = "&" if "?" in self.path else "?"
        query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in self.query)
        return request_of(self.method, target_of(self.path + (mark + query if query else "")), headers, body)

    def open_parts(self, tool: str) -> Mapping[str, str]:
        """Parts of the request that do not count for the stub, and why."""
        told = {name.lower() for name, _ in self.headers}
        parts: dict[str, str] = {}
        if not told & {"authorization", "cookie"}:
            parts["credentials"] = f"{tool} does not ask for them"
        for name in ("accept", "accept-language"):
            if name not in told:
                parts[f"header:{name}"] = f"{tool} does not ask for it"
        if self.body and "content-type" not in told:
            parts["header:content-type"] = f"{tool} does not ask for it"
        if self.open_query:
            parts["query"] = f"{tool} does not ask for all of it"
        if not self.body and self.method in _WITH_BODY:
            parts["body"] = f"{tool} does not ask for it"
        for part, how in self.loosened.items():
            if counts(part):
                parts[part] = f"{tool} asks for it in a way that no recording can ({how})"
        return parts

    def loosen(self, where: str, how: str, part: str, gathering: Gathering) -> None:
        """A matcher asks for a part in a way that no recording can; list it, with what comes nearest."""
        nearest = f"take over the ignore rule for {part}" if counts(part) else "a mirror does not count this header"
        gathering.leave(self.entry, where, f"{how} is not equality", f"{RECORD_IT}; or {nearest}")
        self.loosened[part] = f"{where}: {how}"


def counts(part: str) -> bool:
    """Whether a mirror counts a part of a request at all."""
    kind, _, name = part.partition(":")
    return kind != "header" or name.lower() in (*SELECTORS, "content-type")


def escaped(text: str) -> str:
    """A text as a part of a target."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _kind(body: bytes) -> str:
    """The media type that a body without one most likely has; empty when it does not tell."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return "application/json" if body.lstrip()[:1] in (b"{", b"[") else ""


def carry(stubs: Sequence[Stub], tool: str, gathering: Gathering) -> None:
    """Every stub that answers, in the order of the file; those that never do are listed."""
    hidden = _hidden(stubs)
    for stub in stubs:
        if id(stub) in hidden:
            _leave_hidden(stub, hidden[id(stub)], tool, gathering)
            continue
        request = stub.request()
        host = stub.host or request.headers.get("host") or ""
        for outcome, elapsed_ms in stub.answers:
            gathering.carry(stub.entry, Exchange(request, outcome, elapsed_ms), host)
        gathering.open(request, stub.open_parts(tool))


def _hidden(stubs: Sequence[Stub]) -> dict[int, Stub]:
    """Stubs that another one answers for, by their object, with that other one."""
    first: dict[bytes, Stub] = {}
    hidden: dict[int, Stub] = {}
    for stub in sorted(stubs, key=lambda one: (not one.chain, one.rank)):
        for outcome, _ in stub.answers[:1]:
            known = first.setdefault(identity_of(stub.request(), outcome), stub)
            if known is not stub and (not stub.chain or known.chain != stub.chain):
                hidden[id(stub)] = known
    return hidden


def _leave_hidden(stub: Stub, other: Stub, tool: str, gathering: Gathering) -> None:
    """A stub that is told from another only by what a mirror does not count, or by nothing at all."""
    asked = sorted({*stub.loosened.values(), *other.loosened.values()})
    apart = [
        name
        for name, _ in stub.headers
        if name not in {known for known, _ in other.headers} or stub.headers != other.headers
    ]
    if stub.headers != other.headers and apart:
        asked.append(f"headers {', '.join(dict.fromkeys(apart))}")
    if asked:
        why = f"it asks for the same request as {other.entry}, but for {'; '.join(asked)}"
        fix = f"{RECORD_IT}; a mirror counts a header that the answer's Vary names"
    elif stub.file != other.file and stub.rank[0] == other.rank[0]:
        why = f"{tool} answers with it or with {other.entry}, as the file system lists {stub.file}, {other.file}"
        fix = "give the one that is meant a priority"
    else:
        why, fix = f"{tool} never answers with it: {other.entry} matches the same requests before it", ""
    gathering.leave_whole(stub.entry, "request", why, fix)


def header_list(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Headers of an answer that someone wrote by hand; what is no field is left."""
    return fields(pairs)[0]
