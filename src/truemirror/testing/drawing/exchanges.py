"""Strategies for whole answers and requests of a contract's operations.

Rules: everything drawn is held against the contract by its own judge before it is given; a request has nothing that is
not declared, an answer now and then has; text in paths and headers keeps to letters that survive every client.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urldefrag

from hypothesis import strategies as st

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.contract import Answer as Declared
from truemirror.core.contract.contract import Content, Operation, Parameter
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.references import uri_of
from truemirror.core.schema.language_reading import read_pattern
from truemirror.core.schema.opaque import FORMATS
from truemirror.core.schema.reading import Dialect, Reading, Source, Undeclared
from truemirror.core.schema.terms import EVERYTHING, Kind, Kinds, Matches, Meaning, both
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.errors import UsageError
from truemirror.testing.drawing.schemas import broken, drawn, look, understood
from truemirror.testing.drawing.trying import Draw, Strategy, any_of, tried
from truemirror.testing.drawing.values import ANYTHING
from truemirror.testing.drawn import Answer, Asked

_STRINGS: Final = Kinds(frozenset((Kind.STRING,)))
_BODILESS: Final = frozenset({204, 205, 304})
_IN_PATHS: Final = Matches(read_pattern("^[A-Za-z0-9_~-][A-Za-z0-9_~.@-]*$"))
_IN_HEADERS: Final = Matches(read_pattern("^[!-~]([ -~]*[!-~])?$"))
_ALLOWED: Final = {"path": _IN_PATHS, "header": _IN_HEADERS, "cookie": _IN_PATHS, "query": EVERYTHING}
_BY_CLASS: Final = {"1": (100, 102), "2": (200, 206), "3": (300, 308), "4": (400, 451), "5": (500, 511)}


class Exchanges:
    """What may be asked of one operation, and answered."""

    def __init__(self, conformance: Conformance, operation: Operation) -> None:
        """Draw what a contract says of an operation."""
        self._conformance = conformance
        self._contract = conformance.contract
        self._operation = operation

    @classmethod
    def of(cls, service: str, operation: str, version: str | None, root: Path | None) -> "Exchanges":
        """Those of an operation in a project. Raises UsageError, FormatError."""
        from truemirror.config import load
        from truemirror.testing.in_force import needed, operation_named

        conformance = needed(load(root), service, version)
        return cls(conformance, operation_named(conformance.contract, operation))

    # -- answers -----------------------------------------------------------------------------------------------------

    def answers(self, status: int | None) -> Strategy:
        """Answers with this status, or with any that is declared. Raises UsageError."""
        answers = self._operation.answers
        if status is None:
            return any_of([self._answer(one, self._statuses(one)) for one in answers.values()])
        declared = self._operation.answer(status)
        if declared is None:
            raise UsageError(
                f"{self._operation.name} has no answer with status {status}",
                where=self._where,
                nearest=", ".join(answers),
            )
        return self._answer(declared, st.just(status))

    def _statuses(self, declared: Declared) -> Strategy:
        """The statuses that a declaration stands for."""
        if declared.status.isdecimal():
            return st.just(int(declared.status))
        taken = {int(one) for one in self._operation.answers if one.isdecimal()}
        first, last = _BY_CLASS.get(declared.status[:1], (500, 511))
        return st.integers(first, last).filter(lambda status: status not in taken)

    def _answer(self, declared: Declared, statuses: Strategy) -> Strategy:
        """Answers as declared."""
        bodies = self._bodies(declared.content, Undeclared.DECLARED)
        headers = {one.name: self._texts(one) for one in declared.headers if one.name.lower() != "content-type"}
        needed = {one.name for one in declared.headers if one.required}
        required = {name: one for name, one in headers.items() if name in needed}
        optional = {name: one for name, one in headers.items() if name not in needed}
        fields = st.fixed_dictionaries(required, optional=optional)
        made = _answered(self._operation.method, self._paths(), statuses, fields, bodies)
        return tried(made, self._is_kept, lambda: ())

    def _is_kept(self, one: Answer) -> bool:
        """Whether an answer keeps the contract."""
        pairs = Headers.of(one.headers.items())
        found = self._conformance.check_response(one.method, one.url, one.status_code, pairs, one.content)
        return not _breaks(found)

    # -- requests ----------------------------------------------------------------------------------------------------

    def requests(self) -> Strategy:
        """Valid requests."""
        body = self._operation.body
        bodies = self._bodies(body, Undeclared.CLOSED) if body else st.just(("", b""))
        if body and not body.required:
            bodies = st.just(("", b"")) | bodies
        return tried(self._asked(bodies), lambda one: not self._refusals(one), lambda: ())

    def breaking_requests(self) -> Strategy:
        """Requests whose body breaks one promise. Raises UsageError without a JSON body."""
        body = self._operation.body
        media, place = next(
            ((one, place) for one, place in (body.places if body else {}).items() if _is_json(one)), ("", "")
        )
        if not place:
            raise UsageError(f"{self._operation.name} promises nothing of a JSON body", where=self._where)
        source = self._source(place)
        values = broken(understood(source, Reading(formats=FORMATS)), look(source, formats=True), self._where)
        return self._asked(values.map(lambda value: (media, _written(value))))

    def _asked(self, bodies: Strategy) -> Strategy:
        """Requests with such bodies."""
        shown = [one for one in self._operation.parameters if one.where in ("query", "header", "cookie")]
        parts = st.tuples(*(_maybe(one, self._texts(one)) for one in shown))
        return st.builds(_assembled, st.just(self._operation.method), self._paths(), parts, bodies)

    def _refusals(self, one: Asked) -> list[Finding]:
        """What the contract has against a request."""
        request = Request(one.method, one.url, Headers.of(one.headers.items()), one.content)
        return _breaks(self._conformance.check_request(request))

    # -- parts -------------------------------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        """The contract's name."""
        return f"{self._contract.service} {self._contract.version}"

    def _paths(self) -> Strategy:
        """Paths of the operation."""
        declared = {one.name: one for one in self._operation.parameters if one.where == "path"}
        pieces: list[Strategy] = [st.just(next(iter(self._contract.prefixes), "").rstrip("/"))]
        for number, piece in enumerate(self._operation.template.replace("}", "{").split("{")):
            if number % 2 == 0:
                pieces.append(st.just(piece))
            else:
                one = declared.get(piece) or Parameter(piece, "path", True, "")
                pieces.append(self._texts(one).map(lambda texts: quote(",".join(texts), safe="")))
        return st.tuples(*pieces).map("".join)

    def _texts(self, one: Parameter) -> Strategy:
        """The texts of a parameter: one, or several for a list."""
        allowed = _ALLOWED.get(one.where, _IN_HEADERS)
        if not one.place:
            return drawn(Meaning(both(_IN_PATHS, _STRINGS)), lambda value: True).map(lambda text: [text])
        source = self._source(one.place)
        meant = understood(source, Reading(formats=FORMATS))
        is_good = look(source, formats=True)
        try:
            values = drawn(Meaning(both(meant.term, allowed), meant.definitions), is_good)
        except UsageError:
            values = drawn(meant, is_good, f"{self._where} {one.where} {one.name}")
        return values.map(lambda value: _spelt(value, explode=one.explode)).filter(
            lambda texts: one.where == "query" or bool("".join(texts))
        )

    def _bodies(self, content: Content, undeclared: Undeclared) -> Strategy:
        """Bodies with their media types."""
        ways = [self._body(media, place, undeclared) for media, place in content.places.items()]
        return any_of(ways) if ways else st.just(("", b""))

    def _body(self, media: str, place: str, undeclared: Undeclared) -> Strategy:
        """Bodies of one media type, which is filled in where the contract leaves it open."""
        media = media.replace("*/*", "application/json").replace("/*", "/plain")
        if not _is_json(media):
            return st.tuples(st.just(media), st.text(max_size=40).map(str.encode))
        if not place:
            return st.tuples(st.just(media), ANYTHING.map(_written))
        source = self._source(place)
        meant = understood(source, Reading(formats=FORMATS, undeclared=undeclared))
        values = drawn(meant, look(source, formats=True), self._where)
        return st.tuples(st.just(media), values.map(_written))

    def _source(self, uri: str) -> Source:
        """The schema at a URI."""
        document, fragment = urldefrag(uri)
        contents = {uri_of(path): one for path, one in self._contract.references.contents.items()}
        root = contents.pop(document)
        return Source(root, Dialect.DRAFT202012, unquote(fragment), document, contents)


@st.composite
def _answered(
    draw: Draw, method: str, paths: Strategy, statuses: Strategy, fields: Strategy, bodies: Strategy
) -> Answer:
    """An answer of its parts."""
    url, status = draw(paths), draw(statuses)
    headers = {name: ",".join(texts) for name, texts in draw(fields).items()}
    media, content = draw(bodies) if status not in _BODILESS else ("", b"")
    if media:
        headers["Content-Type"] = media
    return Answer(status, headers, b"" if method == "HEAD" else content, method, url)


def _maybe(one: Parameter, texts: Strategy) -> Strategy:
    """A parameter with its texts, or with None where it may be left out."""
    shown = texts if one.required else st.none() | texts
    return st.tuples(st.just(one), shown)


def _assembled(
    method: str, path: str, parameters: Iterable[tuple[Parameter, list[str] | None]], body: tuple[str, bytes]
) -> Asked:
    """A request of its parts."""
    query: list[str] = []
    headers: dict[str, str] = {}
    for one, texts in parameters:
        if texts is None:
            continue
        if one.where == "query":
            query += [f"{quote(one.name, safe='[]')}={quote(text, safe='')}" for text in texts]
        elif one.where == "header":
            headers[one.name] = ",".join(texts)
        else:
            pair = f"{one.name}={','.join(texts)}"
            headers["Cookie"] = "; ".join(filter(None, (headers.get("Cookie"), pair)))
    media, content = body
    if media:
        headers["Content-Type"] = media
    return Asked(method, path + ("?" + "&".join(query) if query else ""), headers, content)


def _spelt(value: Any, *, explode: bool) -> list[str]:
    """A value as the texts of a parameter."""
    if not isinstance(value, list):
        return [_text(value)]
    texts = [_text(item) for item in value]
    return texts if explode else [",".join(texts)]


def _text(value: Any) -> str:
    """One value as text."""
    return value if isinstance(value, str) else json.dumps(value)


def _written(value: Any) -> bytes:
    """A JSON body."""
    return json.dumps(value, ensure_ascii=False).encode()


def _is_json(media: str) -> bool:
    """Whether a media type is JSON."""
    name = media.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def _breaks(found: Iterable[Finding]) -> list[Finding]:
    """The findings that break."""
    return [one for one in found if one.level is Level.BREAK]
