"""A mirror: the recorded conversations of one service at one contract version.

Rules: scenarios are in order of their names, exchanges in recorded order; the place of an exchange is its number in
that whole sequence. A mirror is a value: recording makes a new one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from truemirror.core.mirror.operation import nameless
from truemirror.core.wire.exchange import Exchange

FORMAT = 1
"""Version of the mirror's file format; newer truemirrors read all older formats."""

DEFAULT_SCENARIO = "default"
"""The scenario of exchanges that nobody labelled."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A part of requests that does not count for identity, declared by a person."""

    operation: str
    """`GET /v1/deals/{}` or `*` for every operation."""
    part: str
    """query:NAME, header:NAME, body:/json/pointer, body, credentials, or query."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Noise:
    """An attribute that varies by itself, with the type it keeps."""

    operation: str
    part: str
    """header:NAME or body:/json/pointer, `*` standing for every index or key; in requests also query:NAME, path:N."""
    kind: str
    """date-time, date, uuid, integer, number, string, http-date, etag, absent-or-present."""
    of: str = "answer"
    """answer or request: on which side it varies."""


@dataclass(frozen=True, slots=True)
class Link:
    """A value that flows: where it came up first, and where it shows again.

    Three kinds: an answer's value that a later request carries (`given`, `to`, `used`); a value that the client makes
    and the same exchange's answer echoes (`made`, `given`); one that the client makes and carries again later (`made`,
    `to`, `used`). Only a value that the client makes may differ from the recorded one.
    """

    operation: str
    """`from` in the file: the operation that brought the value up, as `POST /v1/deals`."""
    given: str = ""
    """The answer's part: body:/json/pointer, header:NAME (of a Location its path's last step), cookie:NAME."""
    made: str = ""
    """The request's part that clients make up: path:N, query:NAME, header:NAME or body:/json/pointer."""
    kind: str = ""
    """What `made` stays, as in `Noise`; any text when empty."""
    to: str = ""
    """The operation of the later request."""
    used: str = ""
    """That request's part; as `made`, and cookie:NAME."""

    @property
    def part(self) -> str:
        """The part where the value came up."""
        return self.made or self.given


@dataclass(frozen=True, slots=True)
class MirrorRules:
    """What people and double recordings have said about this mirror."""

    ignores: tuple[Ignore, ...] = ()
    noise: tuple[Noise, ...] = ()
    reads: tuple[str, ...] = ()
    """Operations with unsafe methods that change nothing, as `POST /v1/search`."""
    links: tuple[Link, ...] = ()
    """Where values flow."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The conversation of one recorded session."""

    name: str
    exchanges: tuple[Exchange, ...] = ()
    recorded: str = ""
    """The day of recording, as YYYY-MM-DD; empty when unknown."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Everything recorded of one service at one contract version."""

    service: str
    version: str = "0"
    """Version of the contract that the recording was made against; "0" before there is one."""
    scenarios: tuple[Scenario, ...] = ()
    rules: MirrorRules = field(default_factory=MirrorRules)

    def places(self) -> Iterator[tuple[int, Scenario, Exchange]]:
        """Every exchange with its place and its scenario."""
        place = 0
        for scenario in self.scenarios:
            for exchange in scenario.exchanges:
                yield place, scenario, exchange
                place += 1

    def scenario(self, name: str) -> Scenario | None:
        """The scenario of that name, if it was recorded."""
        return next((scenario for scenario in self.scenarios if scenario.name == name), None)

    def with_scenario(self, scenario: Scenario) -> "Mirror":
        """The same mirror with one scenario put in (or replaced), in order of names."""
        others = [one for one in self.scenarios if one.name != scenario.name]
        ordered = tuple(sorted([*others, scenario], key=lambda one: one.name))
        return Mirror(self.service, self.version, ordered, self.rules)

    def with_reads(self, reads: Iterable[str]) -> "Mirror":
        """The same mirror, with further operations that change nothing (as `POST /v1/search`)."""
        known = tuple(dict.fromkeys(map(nameless, (*self.rules.reads, *reads))))
        return self if known == self.rules.reads else replace(self, rules=replace(self.rules, reads=known))

    def __len__(self) -> int:
        """How many exchanges there are."""
        return sum(len(scenario.exchanges) for scenario in self.scenarios)
