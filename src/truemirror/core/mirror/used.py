"""Which recordings answered somebody: named so that a report outlives the run, read back from what others wrote.

Rules: a recording is named by its scenario, its number in it (from 1) and its id; a name whose id is not the mirror's
any more counts for nothing, because it tells of another recording. A report that does not say which recordings answered
(an older one) leaves that unknown. Reports add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.index import Index
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.naming import service_of
from truemirror.errors import FormatError

FORMAT = 1
"""Version of the report's format."""

Names = Mapping[str, Mapping[str, str]]
"""Ids of recordings, by scenario and number."""


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """What was used of one mirror."""

    version: str = ""
    """The mirror's contract version; empty when the report does not say."""
    names: Names | None = None
    """The recordings that answered; None when the report does not say."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one run, or several, used of all mirrors."""

    services: Mapping[str, tuple[ServiceUse, ...]] = field(default_factory=dict)
    is_partial: bool = False
    """Not every test was run."""
    tests: int = 0
    """How many tests asked a mirror."""


def spot(index: Index, place: int) -> tuple[str, int]:
    """The scenario and the number (from 1) of the recording at a place; ("", 0) where there is none."""
    if not 0 <= place < len(index.exchanges):
        return "", 0
    number = index.spans.scenario_of[place]
    return index.mirror.scenarios[number].name, place - index.spans.starts[number] + 1


def names_of(index: Index, places: Iterable[int]) -> dict[str, dict[str, str]]:
    """The recordings at these places, named."""
    found: dict[str, dict[str, str]] = {}
    for place in sorted(places):
        scenario, number = spot(index, place)
        if number:
            found.setdefault(scenario, {})[str(number)] = exchange_id(index.exchanges[place], index.mirror.rules)
    return found


def use_document(index: Index, places: Iterable[int], **counts: int) -> dict[str, Any]:
    """One service's part of a report: what was counted, and which recordings answered."""
    return {**counts, "version": index.mirror.version, "used": names_of(index, places)}


def report_document(services: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A report of whoever knows no tests."""
    parts = {name: dict(services[name]) for name in sorted(services)}
    return {"format": FORMAT, "partial": False, "tests": {}, "answers": {}, "services": parts, "misses": []}


def read_report(document: object, where: str) -> Report:
    """What a report tells. Raises FormatError for what is none, or is newer than this truemirror."""
    if not isinstance(document, dict) or not isinstance(document.get("services"), dict):
        raise FormatError("this is no report of what was asked of mirrors", where=where, fix=_FIX)
    written = document.get("format")
    if not isinstance(written, int) or isinstance(written, bool) or not 1 <= written <= FORMAT:
        raise FormatError(f"the report has format {written!r}, known is {FORMAT}", where=where, fix=_FIX)
    tests = document.get("tests")
    services: dict[str, tuple[ServiceUse, ...]] = {}
    for name, part in document["services"].items():
        service = service_of(str(name))  # two versions of a service may have been served
        services[service] = (*services.get(service, ()), _service_use(part, where))
    return Report(services, document.get("partial") is True, len(tests) if isinstance(tests, dict) else 0)


_FIX = "write one with pytest --mirror-report FILE, or truemirror serve --report FILE"


def _service_use(part: object, where: str) -> ServiceUse:
    """One service's part. Raises FormatError."""
    if not isinstance(part, dict):
        raise FormatError("a service's part of the report is no object", where=where, fix=_FIX)
    version, used = part.get("version"), part.get("used")
    if used is None:
        return ServiceUse(version if isinstance(version, str) else "")
    if not isinstance(used, dict) or not all(isinstance(numbers, dict) for numbers in used.values()):
        raise FormatError("`used` should hold an object for each scenario", where=where, fix=_FIX)
    names = {name: {str(number): str(id_) for number, id_ in numbers.items()} for name, numbers in used.items()}
    return ServiceUse(version if isinstance(version, str) else "", names)


def together(reports: Iterable[Report]) -> Report | None:
    """Several reports as one; None when there is none."""
    services: dict[str, tuple[ServiceUse, ...]] = {}
    seen = list(reports)
    for report in seen:
        for name, uses in report.services.items():
            services[name] = (*services.get(name, ()), *uses)
    if not seen:
        return None
    # where one run was whole, the others only add to it
    return Report(services, all(one.is_partial for one in seen), sum(one.tests for one in seen))


def places_of(mirror: Mirror, uses: Iterable[ServiceUse]) -> tuple[frozenset[int], int]:
    """The places that were used, and how many names tell of recordings that are not there any more."""
    names = [use.names for use in uses if use.names is not None and use.version in ("", mirror.version)]
    wanted = {(scenario, *pair) for one in names for scenario, numbers in one.items() for pair in numbers.items()}
    found: set[int] = set()
    start = met = 0
    for scenario in mirror.scenarios:
        for number, exchange in enumerate(scenario.exchanges, start=1):
            if not any(str(number) in one.get(scenario.name, ()) for one in names):
                continue  # only what is named at all costs an id
            if (scenario.name, str(number), exchange_id(exchange, mirror.rules)) in wanted:
                found.add(start + number - 1)
                met += 1
        start += len(scenario.exchanges)
    return frozenset(found), len(wanted) - met
