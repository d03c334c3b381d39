"""What flows through one conversation: which values its answers give to later requests, and which are secrets.

Rules: a value that an answer gave first and a later request carries becomes a variable; so does a stand-in that no
answer gave, with the texts beside it, as somebody's log-in. What the client said first stays as it was recorded. Parts
are written as in links (path:N, query:NAME, header:NAME, cookie:NAME, body:/json/pointer), with the index that it was.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from truemirror.core.mirror.link_addresses import addresses_asked
from truemirror.core.mirror.links import may_flow
from truemirror.core.mirror.operation import looks_like_parameter
from truemirror.core.mirror.part_values import ADDRESSES, body_values, cookies, set_cookies
from truemirror.core.mirror.pointer import escaped
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Exchange, Request, Response

Place = tuple[str, str]
"""A part, and the value at it."""

HOP_HEADERS = frozenset(
    {"accept-encoding", "baggage", "connection", "content-length", "cookie", "date", "expect", "host", "keep-alive"}
    | {"proxy-connection", "te", "trailer", "traceparent", "tracestate", "transfer-encoding", "upgrade", "user-agent"}
    | {"x-truemirror-session", "x-request-id"}
)
"""Header fields that whoever sends makes anew; cookies are looked at one by one."""
_ANSWERED = frozenset({"etag", "x-next-cursor", "x-csrf-token"})
_DEEPEST = 4
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Use:
    """A part of a request that is a variable."""

    part: str
    name: str
    is_address: bool = False
    """The variable is the whole path up to and with this part, as a Location gave it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One conversation's variables."""

    uses: Sequence[Sequence[Use]]
    """By exchange: which parts of its request are variables."""
    takes: Sequence[Mapping[str, str]]
    """By exchange: the variables that its answer gives, and where."""
    row: Mapping[str, str]
    """The variables that nobody gives, with what was recorded: who logs in with which stand-in."""


@dataclass(slots=True)
class _Finder:
    """A conversation being looked through."""

    origins: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Each value that came up: in which exchange's answer and part; (-1, "") for one that the client said first."""
    addresses: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Each address that an answer named by a short id."""
    names: dict[tuple[int, str], str] = field(default_factory=dict)
    """The variable of each place of an answer that a later request carries."""
    secrets: dict[Place, str] = field(default_factory=dict)
    """The variable of each secret, by the word for it and what was recorded."""
    taken: set[str] = field(default_factory=set)

    def give(self, value: str, origin: tuple[int, str]) -> None:
        """An answer holds a value: the last answer before it is first used is where it is taken from."""
        known = self.origins.get(value)
        if known is None or (known[0] not in (-1, origin[0]) and known not in self.names):
            self.origins[value] = origin

    def name(self, word: str) -> str:
        """A name that no other variable of the conversation has."""
        plain = _WORD.sub("_", word.lower()).strip("_") or "value"
        plain = f"v_{plain}" if plain[0].isdigit() else plain
        name, number = plain, 2
        while name in self.taken:
            name, number = f"{plain}_{number}", number + 1
        self.taken.add(name)
        return name


def find_values(exchanges: Sequence[Exchange]) -> Found:
    """The variables of a conversation."""
    finder = _Finder()
    uses: list[Sequence[Use]] = []
    for number, exchange in enumerate(exchanges):
        uses.append(tuple(_used(finder, exchange, exchanges)))
        if isinstance(exchange.outcome, Response):
            for part, value in answer_parts(exchange.outcome):
                if may_flow(value) or is_stand_in(value):
                    finder.give(value, (number, part))
            for address, part in _addresses(exchange.request, exchange.outcome):
                finder.addresses.setdefault(address, (number, part))
    takes: list[dict[str, str]] = [{} for _ in exchanges]
    for (number, part), name in sorted(finder.names.items(), key=lambda item: (item[0][0], item[1])):
        takes[number][name] = part
    row = {name: value for (_, value), name in finder.secrets.items()}
    return Found(uses, takes, row)


def _used(finder: _Finder, exchange: Exchange, exchanges: Sequence[Exchange]) -> Iterator[Use]:
    """The variables that one request carries; what it is first to say is remembered as the client's own."""
    request, done = exchange.request, set[str]()
    parts = tuple(request_parts(request))
    for part, value in parts:
        origin = finder.origins.get(value)
        if origin is not None and origin[0] >= 0:
            done.add(part)
            yield Use(part, _given_name(finder, origin, exchanges))
    for part, address in addresses_asked(request):
        origin = finder.addresses.get(address)
        is_own = finder.origins.get(address.rpartition("/")[2], (0, ""))[0] < 0
        if part not in done and origin is not None and not is_own:
            done.add(part)
            yield Use(part, _given_name(finder, origin, exchanges), origin[1].startswith("header:"))
    secret = {part for part, value in parts if part not in done and is_stand_in(value)}
    for part, value in parts:
        if part not in done and (part in secret or _is_beside(part, secret)):
            yield Use(part, _secret_name(finder, part, value))
        elif part not in done and (may_flow(value) or is_stand_in(value)):
            finder.origins.setdefault(value, (-1, ""))


def _is_beside(part: str, secrets: set[str]) -> bool:
    """Whether a part of a body stands in the same object as a secret: the name that goes with a password."""
    around = part.rpartition("/")[0]
    return part.startswith("body:") and any(one.rpartition("/")[0] == around for one in secrets)


def _given_name(finder: _Finder, origin: tuple[int, str], exchanges: Sequence[Exchange]) -> str:
    """The variable for what an answer gave."""
    if origin not in finder.names:
        finder.names[origin] = finder.name(_word(origin[1], exchanges[origin[0]].request.path))
    return finder.names[origin]


def _secret_name(finder: _Finder, part: str, value: str) -> str:
    """The variable for what only the client knows; one variable for one value."""
    key = (_last(part), value)
    if key not in finder.secrets:
        finder.secrets[key] = finder.name(key[0])
    return finder.secrets[key]


def _last(part: str) -> str:
    """The word that a part's name ends in."""
    kind, _, rest = part.partition(":")
    return rest.rpartition("/")[2] if kind == "body" else rest


def _word(part: str, path: str) -> str:
    """What a value of an answer is called: its own name, and for an id or an address what it is the id of."""
    last = _last(part)
    kind = part.partition(":")[0]
    if kind == "header" and last.lower() not in ADDRESSES:
        return last
    if kind == "header" or last == "id":
        inner = [step for step in part.partition(":")[2].split("/")[:-1] if step and not step.isdigit()]
        words = [step for step in path.split("/") if step and not looks_like_parameter(step)]
        of = inner[-1] if kind == "body" and inner and inner[-1] != "items" else words[-1] if words else "thing"
        return f"{_singular(of)}_{'address' if kind == 'header' else 'id'}"
    return last


def _singular(word: str) -> str:
    """One of many: deals, a deal; companies, a company."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def request_parts(request: Request) -> Iterator[Place]:
    """Every part of a request that may carry a value, and the value."""
    for number, step in enumerate(request.path.split("/")[1:]):
        if step:
            yield f"path:{number}", unquote(step)
    yield from ((f"query:{key}", value) for key, value in canonical_query(request.query) if value)
    yield from _body_parts(request)
    for name, value in request.headers.pairs:
        if name.lower() not in HOP_HEADERS:
            yield f"header:{name}", value.rpartition(" ")[2] if name.lower() == "authorization" else value
    yield from ((f"cookie:{name}", value) for name, value in cookies(request.headers))


def answer_parts(response: Response) -> Iterator[Place]:
    """Every part of an answer that may give a value, and the value."""
    yield from _body_parts(response)
    for name, value in response.headers.pairs:
        if name.lower() in _ANSWERED:
            yield f"header:{name}", value
    yield from ((f"cookie:{name}", value) for name, value in set_cookies(response.headers))


def _body_parts(message: Request | Response) -> Iterator[Place]:
    """The texts and numbers of a body, each with its pointer."""
    for pointer, value in body_values(message):
        yield "body:" + "".join(f"/{escaped(step)}" for step in pointer), value


def _addresses(request: Request, response: Response) -> Iterator[tuple[str, str]]:
    """The addresses that an accepted request's answer names by a short id, each with its part."""
    if response.status >= 300:
        return
    base = request.path.rstrip("/")
    for pointer, value in body_values(response):
        if pointer[-1:] == ("id",) and len(pointer) <= _DEEPEST and looks_like_parameter(value):
            yield f"{base}/{value}", "body:" + "".join(f"/{escaped(step)}" for step in pointer)
    for name, value in response.headers.pairs:
        if name.lower() in ADDRESSES and (path := _path(value)) and looks_like_parameter(path.rpartition("/")[2]):
            yield path, f"header:{name}"


def _path(address: str) -> str:
    """The path of an address, without the slash behind; nothing where it cannot be read."""
    try:
        return unquote(urlsplit(address).path).rstrip("/")
    except ValueError:
        return ""
