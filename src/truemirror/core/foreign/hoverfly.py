"""Simulations of Hoverfly, schema v5.

    pair ──▶ request: lists of matchers per field  ──▶ a request, where they ask for equality
             response: status, body, headers, delay ──▶ an answer
             requiresState, transitionsState        ──▶ the order of exchanges, where they are a chain

Rules: `exact`, `json` and `xml` are equality, so is a `glob` without a wildcard; every other matcher is listed. Of
pairs that match the same request the first one answers.
"""

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.chain import Step, in_order
from truemirror.core.foreign.har import unpacked
from truemirror.core.foreign.message import encoded, response_of
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.stub import RECORD_IT, Stub, carry, header_list
from truemirror.core.wire.exchange import Outcome
from truemirror.errors import FormatError

TOOL = "Hoverfly"
_EQUAL = frozenset({"exact", "json", "xml"})
_SEQUENCE = "sequence:"
_KNOWN = frozenset({"path", "method", "destination", "scheme", "query", "headers", "body", "requiresState"})


def read_hoverfly(source: Source) -> Carried:
    """The exchanges that a simulation stands for. Raises FormatError when it is none of v5."""
    document = Node(source.document)
    version = document.get("meta").get("schemaVersion").text()
    if not version.startswith("v5") or not document.get("data"):
        what = f"is no simulation of Hoverfly v5, but of {version!r}" if version else "is no simulation of Hoverfly"
        fix = "bring it to v5: `hoverctl import FILE` and `hoverctl export FILE`"
        raise FormatError(what, where="meta.schemaVersion", fix=fix)
    gathering = Gathering()
    steps: list[Step] = []
    for number, pair in enumerate(document.get("data").get("pairs"), start=1):
        step = _pair(pair, number, source, gathering)
        if step is not None:
            steps.append(step)
    for name, delays in document.get("data").get("globalActions").members():
        for one in delays:
            why = f"a delay for all that match {one.get('urlPattern').text()!r} is not one of an exchange"
            gathering.leave("globalActions", name, why, "serve with a delay: truemirror serve --help")
    carry(
        in_order(steps, lambda name: "1" if name.startswith(_SEQUENCE) else "", "requiresState", gathering),
        TOOL,
        gathering,
    )
    return gathering.carried(document.get("meta").get("timeExported").text()[:10])


def _pair(pair: Node, number: int, source: Source, gathering: Gathering) -> Step | None:
    """One pair; None when it cannot be carried over."""
    asked, answer = pair.get("request"), pair.get("response")
    stub = Stub(
        numbered("pair", number, ", ".join(one.scalar() for one in pair.get("labels").several())), rank=(0, number)
    )
    if not _request(asked, stub, gathering):
        return None
    if answer.get("templated").truth():
        gathering.leave_whole(
            stub.entry, "response.templated", "its answer is a template, filled in per request", RECORD_IT
        )
        return None
    if answer.get("postServeAction"):
        gathering.leave(stub.entry, "response.postServeAction", "what comes after an answer is no part of it")
    stub.answers.append(_response(answer, stub, source, gathering))
    return _step(asked, answer, stub, gathering)


def _step(asked: Node, answer: Node, stub: Stub, gathering: Gathering) -> Step | None:
    """Where a pair stands in a state machine; None when it depends on several."""
    needed = {name: one.scalar() for name, one in asked.get("requiresState").members()}
    then = {name: one.scalar() for name, one in answer.get("transitionsState").members()}
    if answer.get("removesState").several():
        gathering.leave(stub.entry, "response.removesState", "a state that ends is no order of exchanges")
    names = {*needed, *then}
    if len(names) > 1:
        why = f"it depends on several states ({', '.join(sorted(names))})"
        gathering.leave_whole(stub.entry, "request.requiresState", why, RECORD_IT)
        return None
    name = next(iter(names), "")
    return Step(stub, name, needed.get(name, ""), then.get(name, ""))


def _request(asked: Node, stub: Stub, gathering: Gathering) -> bool:
    """Put into the stub what the matchers ask for; False when they stand for no single request."""
    for name in ("path", "method"):
        value, how = _equal(asked.get(name))
        if value is None and name == "method" and not how:
            gathering.leave(stub.entry, "request.method", "any method is asked for; carried over as GET", RECORD_IT)
        elif value is None:
            why = f"{how or 'any path'} stands for many requests, a recording for one"
            gathering.leave_whole(stub.entry, f"request.{name}", why, RECORD_IT)
            return False
        elif name == "path":
            stub.path = value
        else:
            stub.method = value.upper()
    stub.entry = f"{stub.entry} ({stub.method} {stub.path})" if "(" not in stub.entry else stub.entry
    _fields(asked, stub, gathering)
    for name, one in asked.members():
        if name not in _KNOWN and one:
            gathering.leave(stub.entry, f"request.{name}", "a mirror does not tell requests apart by this")
    return True


def _fields(asked: Node, stub: Stub, gathering: Gathering) -> None:
    """Host, headers, query and body."""
    host, how = _equal(asked.get("destination"))
    if host:
        stub.headers.append(("Host", host))
    elif how:
        gathering.leave(stub.entry, "request.destination", f"{how} is not equality; a mirror is of one service")
    stub.open_query = not asked.get("query")
    for of, part in (("query", "query:"), ("headers", "header:")):
        for name, matchers in asked.get(of).members():
            value, how = _equal(matchers)
            if value is not None:
                pairs = stub.query if of == "query" else stub.headers
                pairs.extend((name, one) for one in value.split(";")) if of == "query" else pairs.append((name, value))
            else:
                secret = name.lower() in ("authorization", "cookie")
                stub.loosen(
                    f"request.{of}.{name}", how or "anything", "credentials" if secret else f"{part}{name}", gathering
                )
    value, how = _equal(asked.get("body"))
    stub.body = value.encode("utf-8", "surrogatepass") if value else None
    if how:
        stub.loosen("request.body", how or "anything", "body", gathering)


def _equal(matchers: Node) -> tuple[str | None, str]:
    """The value that matchers ask for by equality, None when there is none; and those that ask for something else."""
    value: str | None = None
    others: list[str] = []
    for one in matchers.several():
        if one.is_text:
            return one.text(), ""
        kind, told = one.get("matcher").text("exact"), one.get("value")
        plain = kind == "glob" and told.is_text and "*" not in told.text()
        if (kind in _EQUAL or plain) and not one.get("doMatch") and value is None:
            value = told.scalar()
        else:
            others.append(kind)
    return (None if others and value is None else value), ", ".join(others)


def _response(answer: Node, stub: Stub, source: Source, gathering: Gathering) -> tuple[Outcome, float]:
    """What a pair answers, and after how many milliseconds."""
    headers = header_list(
        (name, one.scalar()) for name, values in answer.get("headers").members() for one in values.several()
    )
    body = answer.get("body")
    if answer.get("bodyFile").value:
        name = answer.get("bodyFile").text()
        if "://" in name:
            gathering.leave(
                stub.entry, "response.bodyFile", f"{name!r} is not fetched: nothing is", "put the body into a file"
            )
            raw = b""
        else:
            raw = source.body(name)
    elif answer.get("encodedBody").truth():
        raw = unpacked(body.text(), body.path)
    else:
        raw = encoded(body.text(), headers.get("content-type"))
    drawn = answer.get("logNormalDelay")
    middle = drawn.get("median").number()
    if drawn:
        why = f"a delay drawn by chance is carried over as its middle, {middle:g} ms"
        gathering.leave(stub.entry, "response.logNormalDelay", why)
    status = answer.get("status").whole(200, 999)
    return response_of(stub.method, status, headers, raw), answer.get("fixedDelay").number() + middle
