"""Links, found: values that one exchange brought up and later ones of the same scenario carry.

    given     an answer brought the value up first; a later request carries it
    made      a write that was accepted brought it up first, as only a client that made it could: a UUID or a long key
    echo      what was made comes back in the same exchange's answer

Rules: linear in the scenario: one look at each value, by a table of where it came up first. What says nothing does not
flow: times, words, versions, short numbers (but where an answer names an address by one, `link_addresses`), and
constants that most answers hold or that are the client's in several scenarios. A link names operations and parts, never
values, so recording again finds the same ones.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from truemirror.core.mirror.exchange_id import VOLATILE
from truemirror.core.mirror.link_addresses import addresses_asked, addresses_given
from truemirror.core.mirror.model import Link, Mirror, Scenario
from truemirror.core.mirror.noise_kinds import is_text_of
from truemirror.core.mirror.operation import looks_like_parameter, operation_of
from truemirror.core.mirror.part_values import ADDRESSES, body_values, cookies, header_value, set_cookies
from truemirror.core.mirror.pointer import escaped
from truemirror.core.mirror.standin import CREDENTIAL_HEADERS, is_stand_in
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Exchange, Request, Response, is_safe
from truemirror.core.wire.headers import Headers

Place = tuple[str, str]
"""A part, and the value at it."""

_LONGEST = 4096
_LEAST_DIGITS = 5
_LEAST_KEY = 20
_FEW = 2
_CONSTANT = 8
"""A value that more answers than this hold, and more than half of them, says nothing."""
_PLAIN = re.compile(r"[\w.:@+=~-]+\Z")
_LETTERS = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z_-]{12,}\Z")
"""What a run of chance looks like that happens to have no digit."""
_VERSION = re.compile(r"v?\d+(?:\.\d+)*\Z")
_KEY = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]+\Z")
_CREDENTIALS = CREDENTIAL_HEADERS | {"authorization", "proxy-authorization"}
_DULL = VOLATILE | ADDRESSES | {"authorization", "proxy-authorization"}
_DULL |= {"accept", "accept-charset", "accept-encoding", "accept-language", "baggage", "cache-control", "connection"}
_DULL |= {"content-encoding", "content-language", "content-length", "content-type", "cookie", "host", "last-modified"}
_DULL |= {"origin", "referer", "server", "set-cookie", "transfer-encoding", "user-agent", "vary", "via", "date"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came up first."""

    number: int
    """Of the exchange in its scenario."""
    operation: str
    part: str
    kind: str = ""
    """What the client made, uuid or string; empty for a value that was given."""
    is_given: bool = False


@dataclass(slots=True)
class _Finder:
    """One scenario, being looked through."""

    found: Counter[Link] = field(default_factory=Counter)
    origins: dict[str, Origin] = field(default_factory=dict)
    addresses: dict[str, Origin] = field(default_factory=dict)
    """Where an address came up first that only a short id tells from others."""

    def exchange(self, number: int, exchange: Exchange, constants: frozenset[str]) -> None:
        """Look at one exchange: what its request carries, then what its answer gives."""
        request, outcome = exchange.request, exchange.outcome
        operation = operation_of(request.does, request.path)
        response = outcome if isinstance(outcome, Response) else None
        is_creating = response is not None and response.status < 300 and not is_safe(request.method)
        for part, value in _flowing(request_places(request), constants):
            origin = self.origins.get(value)
            if origin is None:
                kind = made_kind(value, part) if is_creating and not _is_credential(part) else ""
                self.origins[value] = Origin(number, operation, part, kind)
            elif origin.number < number:
                self._link(origin, operation, part)
        for part, value in _flowing(answer_places(response) if response else (), constants):
            origin = self.origins.setdefault(value, Origin(number, operation, part, is_given=True))
            if origin.kind and origin.number == number:
                self.found[Link(operation, given=part, made=origin.part, kind=origin.kind)] += 1
        self._address(number, exchange.request, response, operation)

    def _address(self, number: int, request: Request, response: Response | None, operation: str) -> None:
        """Look at the addresses that a request asks for and that its answer names."""
        for part, address in addresses_asked(request):
            origin = self.addresses.setdefault(address, Origin(number, operation, part))
            if not may_flow(address.rpartition("/")[2]):
                self._link(origin, operation, part)
        if response is not None:
            for part, address in addresses_given(request, response):
                self.addresses.setdefault(address, Origin(number, operation, part, is_given=True))

    def _link(self, origin: Origin, to: str, used: str) -> None:
        """A value is carried on."""
        if origin.is_given:
            self.found[Link(origin.operation, given=origin.part, to=to, used=used)] += 1
        elif origin.kind:
            self.found[Link(origin.operation, made=origin.part, kind=origin.kind, to=to, used=used)] += 1


def find_links(mirror: Mirror) -> Mapping[Link, int]:
    """Every link that the mirror's scenarios show, in order, with how often."""
    found: Counter[Link] = Counter()
    shared = _shared(mirror.scenarios)
    for scenario in mirror.scenarios:
        finder = _Finder()
        constants = shared | _constants(scenario)
        for number, exchange in enumerate(scenario.exchanges):
            finder.exchange(number, exchange, constants)
        found.update(finder.found)
    found = _gathered(found)
    ordered = sorted(found, key=lambda link: (link.operation, link.made, link.given, link.to, link.used, link.kind))
    return {link: found[link] for link in ordered}


def _gathered(found: Mapping[Link, int]) -> Counter[Link]:
    """The links, those that lead into one header or cookie of several operations as one that leads to all."""
    operations: defaultdict[Link, set[str]] = defaultdict(set)
    for link in found:
        operations[replace(link, to="*")].add(link.to)
    gathered: Counter[Link] = Counter()
    for link, times in found.items():
        wide = replace(link, to="*")
        is_wide = link.used.startswith(("header:", "cookie:")) and len(operations[wide]) > _FEW
        gathered[wide if is_wide else link] += times
    return gathered


def _shared(scenarios: Sequence[Scenario]) -> frozenset[str]:
    """Values that only a client could have made, and that several scenarios hold: it did not make them anew."""
    seen: Counter[str] = Counter()
    for scenario in scenarios:
        values: set[str] = set()
        for exchange in scenario.exchanges:
            if not is_safe(exchange.request.method):
                values.update(value for part, value in request_places(exchange.request) if made_kind(value, part))
        seen.update(values)
    return frozenset(value for value, count in seen.items() if count > 1)


def _constants(scenario: Scenario) -> frozenset[str]:
    """Values that most answers of a scenario hold."""
    seen: Counter[str] = Counter()
    answers = [one.outcome for one in scenario.exchanges if isinstance(one.outcome, Response)]
    for answer in answers:
        seen.update({value for _, value in answer_places(answer)})
    return frozenset(value for value, count in seen.items() if count > max(_CONSTANT, len(answers) / 2))


def _flowing(places: Iterable[Place], constants: frozenset[str]) -> Iterator[Place]:
    """Those places whose value can flow."""
    return (place for place in places if place[1] not in constants and may_flow(place[1]))


def may_flow(value: str) -> bool:
    """Whether a value can tell one thing from others: an id, a key, a cursor, an ETag; no word, no small number."""
    if not 1 < len(value) <= _LONGEST:
        return False
    if not any(sign.isdigit() for sign in value):
        return bool(_LETTERS.match(value)) and _humps(value) * 5 > len(value)
    if value.isdigit():
        return len(value) >= _LEAST_DIGITS
    if value[0] == '"' or value.startswith("W/"):
        return is_text_of("etag", value)
    if not _PLAIN.match(value) or _VERSION.match(value):
        return False
    if is_text_of("number", value) or is_text_of("date", value) or is_text_of("date-time", value):
        return False
    return looks_like_parameter(value) or len(value) >= _LEAST_KEY


def _humps(value: str) -> int:
    """How often a capital follows a small letter: in chance at every fourth sign, in words at every sixth or less."""
    return sum(one.islower() and other.isupper() for one, other in pairwise(value))


def made_kind(value: str, part: str = "") -> str:
    """The kind of a value that only the client can have made up: uuid, string for a long key; empty for all others.

    A stand-in stands for a secret, which a client has and does not make, unless its name says that it is a key for
    repeating this one request.
    """
    if is_stand_in(value) and "idempoten" not in part.lower():
        return ""
    if is_text_of("uuid", value):
        return "uuid"
    return "string" if len(value) >= _LEAST_KEY and _KEY.match(value) else ""


def _is_credential(part: str) -> bool:
    """Whether a part says who asks."""
    kind, _, name = part.partition(":")
    return kind == "cookie" or (kind == "header" and name.lower() in _CREDENTIALS)


def request_places(request: Request) -> Iterator[Place]:
    """The parts of a request and their values, those that name it best first."""
    for number, step in enumerate(request.path.split("/")[1:]):
        if step:
            yield f"path:{number}", step
    yield from ((f"query:{key}", value) for key, value in canonical_query(request.query) if value)
    yield from _body_places(request)
    yield from _header_places(request.headers)
    yield from ((f"cookie:{name}", value) for name, value in cookies(request.headers))
    for value in request.headers.all("authorization"):  # followed by its stand-in, so that the link is for people
        yield "header:Authorization", value.rpartition(" ")[2]


def answer_places(response: Response) -> Iterator[Place]:
    """The parts of an answer and their values, those that name it best first."""
    yield from _body_places(response)
    for name, value in response.headers.pairs:
        if name.lower() in ADDRESSES:
            yield f"header:{name}", header_value(name, value)
    yield from _header_places(response.headers)
    yield from ((f"cookie:{name}", value) for name, value in set_cookies(response.headers))


def _header_places(headers: Headers) -> Iterator[Place]:
    """Fields that may carry a value."""
    return ((f"header:{name}", value) for name, value in headers.pairs if name.lower() not in _DULL)


def _body_places(message: Request | Response) -> Iterator[Place]:
    """The values of a body, with `*` for every index, and for every key that is a value itself."""
    for pointer, value in body_values(message):
        steps = ("*" if step.isdigit() or may_flow(step) else escaped(step) for step in pointer)
        yield "body:" + "".join(f"/{step}" for step in steps), value
