"""Imposters of Mountebank: http and https, saved by `mb save` or written by hand.

    stub ──▶ predicates: equals, deepEquals, and  ──▶ a request
             responses: is, fault, with `wait`    ──▶ answers in turn

Rules: other predicates, injections and behaviours are listed, never run. The first stub that matches answers, its
responses in turn. An imposter is a host of its own, `localhost:PORT`.
"""

from collections.abc import Iterator

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.har import unpacked
from truemirror.core.foreign.message import encoded, response_of
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.parts import FORM, FormPart, form_body
from truemirror.core.foreign.stub import GARBAGE, RECORD_IT, Stub, carry, header_list
from truemirror.core.wire.exchange import Fault, FaultKind, Outcome
from truemirror.errors import FormatError

TOOL = "Mountebank"
_NESTED = 10
_MOST_REPEATS = 1_000
_PARAMETERS = frozenset({"caseSensitive", "keyCaseSensitive"})
_LOOSE = ("except", "jsonpath", "xpath")


def read_mountebank(source: Source) -> Carried:
    """The exchanges that imposters stand for. Raises FormatError when there are none."""
    document = Node(source.document)
    if document.get("imposters"):
        imposters = list(document.get("imposters"))
    elif document.get("protocol"):
        imposters = [document]
    else:
        fix = 'give a file that begins with {"imposters": [...]}, as `mb save` writes it; templates (EJS) are not run'
        raise FormatError("holds no imposters", where="imposters", fix=fix)
    gathering = Gathering()
    for imposter in imposters:
        _imposter(imposter, gathering)
    return gathering.carried()


def _imposter(imposter: Node, gathering: Gathering) -> None:
    """One imposter."""
    port, protocol = imposter.get("port").whole(), imposter.get("protocol").text()
    name = f"imposter {port or imposter.get('name').text()}"
    if protocol not in ("http", "https"):
        gathering.leave_whole(name, "protocol", f"{protocol or 'no protocol'} is not HTTP")
        return
    stubs: list[Stub] = []
    for number, one in enumerate(imposter.get("stubs"), start=1):
        stub = Stub(f"{name}, stub {number}", rank=(0, number))
        stub.host = f"localhost:{port}" if port else ""
        stub.open_query = True
        if _predicates(one.get("predicates"), stub, gathering):
            _responses(one.get("responses"), imposter.get("defaultResponse"), stub, gathering)
            stubs.append(stub)
    carry(stubs, TOOL, gathering)


def _predicates(predicates: Node, stub: Stub, gathering: Gathering) -> bool:
    """Put into the stub what the predicates ask for; False when they stand for no single request."""
    method = path = False
    for one in _flat(predicates, _NESTED):
        for kind, asked in one.members():
            if kind in _PARAMETERS or kind in _LOOSE:
                continue
            loose = [name for name in _LOOSE if one.get(name)]
            if kind in ("equals", "deepEquals") and not loose and asked.is_object:
                _equals(asked, stub, gathering, exact=kind == "deepEquals")
                method, path = method or bool(asked.get("method")), path or bool(asked.get("path"))
            elif not _is_absence(kind, asked):
                _loosen(asked, ", ".join((kind, *loose)), stub, gathering)
    if not path:
        why = "no predicate says by equality which path is asked for, and a recording is of one"
        gathering.leave_whole(stub.entry, "predicates", why, RECORD_IT)
        return False
    stub.entry = numbered(
        stub.entry.rpartition(" ")[0], int(stub.entry.rpartition(" ")[2]), f"{stub.method} {stub.path}"
    )
    if not method:
        gathering.leave(stub.entry, "predicates", "any method is asked for; carried over as GET", RECORD_IT)
    return True


def _flat(predicates: Node, levels: int) -> Iterator[Node]:
    """The predicates that all have to hold."""
    for one in predicates:
        if one.get("and") and levels:
            yield from _flat(one.get("and"), levels - 1)
        else:
            yield one


def _is_absence(kind: str, asked: Node) -> bool:
    """Whether a predicate only asks that things are not there."""
    if kind != "exists" or not asked.is_object:
        return False
    inner = [one for _, value in asked.members() for one in (_values(value) if value.is_object else [value])]
    return all(one.value is False for one in inner)


def _values(node: Node) -> list[Node]:
    """The values of an object."""
    return [value for _, value in node.members()]


def _equals(asked: Node, stub: Stub, gathering: Gathering, *, exact: bool) -> None:
    """What equality asks for."""
    for name, value in asked.members():
        match name:
            case "method":
                stub.method = value.text().upper()
            case "path":
                stub.path = value.text()
            case "query":
                stub.open_query = stub.open_query and not exact
                stub.query.extend((key, one.scalar()) for key, values in value.members() for one in values.several())
            case "headers":
                stub.headers.extend((key, one.scalar()) for key, values in value.members() for one in values.several())
            case "body":
                stub.body = (
                    _json(value)
                    if value.is_object or value.is_list
                    else value.scalar().encode("utf-8", "surrogatepass")
                )
                if value.is_object and not exact:
                    why = "carried over as equality, though further attributes would be taken"
                    gathering.leave(stub.entry, _short(value), why)
            case "form":
                parts = [
                    FormPart(key, one.scalar().encode("utf-8", "surrogatepass"))
                    for key, values in value.members()
                    for one in values.several()
                ]
                stub.body = form_body(parts)
                stub.headers.append(("Content-Type", FORM))
            case _:
                gathering.leave(stub.entry, _short(value), "a mirror does not tell requests apart by this")


def _loosen(asked: Node, how: str, stub: Stub, gathering: Gathering) -> None:
    """A predicate that is not equality."""
    parts: dict[str, None] = {}
    for name, value in asked.members() if asked.is_object else ():
        if name in ("query", "headers") and value.is_object:
            for key, _ in value.members():
                secret = name == "headers" and key.lower() in ("authorization", "cookie")
                parts["credentials" if secret else f"{'query' if name == 'query' else 'header'}:{key}"] = None
        elif name in ("body", "form"):
            parts["body"] = None
    if not parts:
        gathering.leave(stub.entry, _short(asked), f"{how} is not equality", RECORD_IT)
    for part in parts:
        stub.loosen(_short(asked), how, part, gathering)


def _short(node: Node) -> str:
    """Where something stands in its stub."""
    return node.path.partition("].")[2].partition("].")[2] or node.path


def _responses(responses: Node, default: Node, stub: Stub, gathering: Gathering) -> None:
    """The answers of a stub, in turn."""
    for one in responses:
        told, fault = one.get("is"), one.get("fault")
        wait, repeat = _behaviours(one, stub, gathering)
        if told.is_object:
            outcome: Outcome = _answer(told, default, stub)
        elif fault:
            outcome = _fault(fault)
        else:
            kind = "proxy" if one.get("proxy") else "inject" if one.get("inject") else "is"
            why = {"proxy": "it passes requests on to a live service", "inject": "it is code, which is not run"}
            gathering.leave(stub.entry, _short(one.get(kind)), why.get(kind, "there is no answer"), RECORD_IT)
            continue
        stub.answers.extend([(outcome, wait)] * repeat)
    if not stub.answers:
        gathering.leave_whole(stub.entry, "responses", "none of its responses is an answer", RECORD_IT)


def _behaviours(response: Node, stub: Stub, gathering: Gathering) -> tuple[float, int]:
    """Milliseconds to wait, and how many times the response is given in a row."""
    wait, repeat = 0.0, response.get("repeat").whole(1)
    told = [one for name in ("behaviors", "_behaviors") for one in response.get(name).several()]
    for name, value in (pair for one in told for pair in one.members()):
        if name == "wait" and type(value.value) in (int, float):
            wait += value.number()
        elif name == "repeat":
            repeat = value.whole(1)
        else:
            why = (
                "it is code, which is not run"
                if name in ("decorate", "shellTransform", "wait")
                else "it changes the answer"
            )
            gathering.leave(stub.entry, _short(value), why, RECORD_IT)
    return wait, min(max(repeat, 1), _MOST_REPEATS)


def _answer(told: Node, default: Node, stub: Stub) -> Outcome:
    """An answer, on top of the imposter's default one."""
    merged = dict(default.members()) | dict(told.members())
    given = {name.lower(): value for name, value in default.get("headers").members()}
    given |= {name.lower(): value for name, value in told.get("headers").members()}
    headers = header_list((_name(value), one.scalar()) for value in given.values() for one in value.several())
    body = merged.get("body", Node(None))
    if merged.get("_mode", Node(None)).value == "binary":
        raw = unpacked(body.text(), body.path)
    elif body.is_object or body.is_list:
        raw = _json(body)
    else:
        raw = encoded(body.scalar(), headers.get("content-type"))
    return response_of(stub.method, merged.get("statusCode", Node(None)).whole(200, 999), headers, raw)


def _name(value: Node) -> str:
    """The name of a member, as it is written."""
    return value.path.rpartition("headers.")[2]


def _json(node: Node) -> bytes:
    """A JSON value as Mountebank writes it: with four spaces."""
    return node.json(indent=4)


def _fault(named: Node) -> Fault:
    """The fault of that name. Raises FormatError for an unknown one."""
    match named.text():
        case "CONNECTION_RESET_BY_PEER":
            return Fault(FaultKind.RESET, named.text())
        case "RANDOM_DATA_THEN_CLOSE":
            return Fault(FaultKind.GARBAGE, named.text(), None, GARBAGE)
        case _:
            raise named.wrong("one of Mountebank's faults")
