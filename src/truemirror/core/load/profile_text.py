"""A profile as its file says it: the parsed TOML becomes a Profile, or all its mistakes are told at once.

    parse(document, services=("auth", "deals"))        Raises ConfigError with every mistake and its place.

Rules: nothing is guessed: an unknown key names the nearest known one, an impossible number says what is possible. A
percentile is written `p95_ms = 120` (`p999_ms` is 99.9 %). The tables of kinds below name every key there is.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.load import profile_kinds as kinds
from truemirror.core.load.profile import (
    Arrivals,
    Call,
    Flow,
    Judging,
    Limit,
    Model,
    Profile,
    Selection,
    Stage,
    Target,
)
from truemirror.core.load.profile_checks import checked
from truemirror.core.load.profile_kinds import Reader, Wrong
from truemirror.errors import ConfigError

KeyPath = tuple[str, ...]
"""The keys that lead to a place: `("flows", "1", "calls", "2", "request")`; tables of a list count from 1."""

_HOUR, _DAY = 3_600.0, 86_400.0
_MS = kinds.number(0, _HOUR * 1000, above=True)
_RATE = kinds.number(0, 1_000_000)
_TEXTS = kinds.list_of(kinds.text)

ROOT: Mapping[str, Reader] = {
    "name": kinds.text,
    "environment": kinds.text,
    "timeout": kinds.number(0, _HOUR, above=True),
    "arrivals": kinds.table,
    "stages": kinds.tables,
    "judging": kinds.table,
    "targets": kinds.table,
    "flows": kinds.tables,
    "data": kinds.table,
}
ARRIVALS: Mapping[str, Reader] = {
    "rate": kinds.number(0, 1_000_000, above=True),
    "stated_rate": _RATE,
    "model": kinds.one_of(*Model),
    "seed": kinds.whole(0, 2**63 - 1),
    "gaps": kinds.list_of(kinds.number(0, _HOUR)),
}
STAGE: Mapping[str, Reader] = {"seconds": kinds.number(0, _DAY), "rate": _RATE}
JUDGING: Mapping[str, Reader] = {
    "alpha": kinds.number(0, 0.5, above=True),
    "looks": kinds.list_of(kinds.number(30, _DAY)),
    "batches": kinds.whole(10, 100),
    "guard": kinds.number(0, 0.5),
    "warm_up": kinds.number(0, _DAY),
    "stratified": kinds.yes_or_no,
}
TARGET: Mapping[str, Reader] = {
    "services": _TEXTS,
    "operations": _TEXTS,
    "flows": _TEXTS,
    "mean_ms": _MS,
    "errors_max": kinds.number(0, 1),
}
"""And any pNN_ms."""
FLOW: Mapping[str, Reader] = {
    "name": kinds.text,
    "weight": kinds.number(0, 1_000_000, above=True),
    "data": kinds.text,
    "calls": kinds.tables,
}
CALL: Mapping[str, Reader] = {
    "service": kinds.text,
    "operation": kinds.request,
    "request": kinds.request,
    "headers": kinds.texts_by_name,
    "body": kinds.text,
    "takes": kinds.takes,
    "expects": kinds.list_of(kinds.whole(100, 599)),
    "think": kinds.number(0, _HOUR),
}


@dataclass(slots=True)
class Mistakes:
    """What is wrong in one profile."""

    place: Callable[[KeyPath], str]
    found: list[ConfigError] = field(default_factory=list)

    def add(self, path: KeyPath, wrong: Wrong) -> None:
        """Keep one mistake."""
        self.found.append(ConfigError(wrong.what, where=self.place(path), nearest=wrong.nearest, fix=wrong.fix))

    def tell(self) -> None:
        """Raise all as one."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            listed = "\n".join(f"  {line}" for error in self.found for line in str(error).splitlines())
            raise ConfigError(f"the profile has {len(self.found)} mistakes\n{listed}")


def parse(
    document: Mapping[str, object],
    *,
    services: Collection[str] | None = None,
    place: Callable[[KeyPath], str] = ".".join,
) -> Profile:
    """The profile that a parsed file holds.

    `services` are those of the configuration; None takes any. `place` says where a key stands, as `file:line: key`.
    Raises one ConfigError that tells all mistakes.
    """
    mistakes = Mistakes(place)
    values = _read(document, ROOT, (), mistakes)
    made = Profile(
        name=_needed(values, "name", "", (), mistakes),
        environment=values.get("environment", ""),
        timeout=values.get("timeout", 10.0),
        arrivals=_arrivals(values.get("arrivals", {}), mistakes),
        stages=tuple(_stages(values.get("stages", ()), mistakes)),
        judging=Judging(**_read(values.get("judging", {}), JUDGING, ("judging",), mistakes)),
        targets=tuple(_targets(values.get("targets", {}), mistakes)),
        flows=tuple(_flows(values.get("flows", ()), mistakes)),
        data=_pools(values.get("data", {}), mistakes),
    )
    declared = "warm_up" in values.get("judging", {})
    for path, wrong in checked(made, services, warm_up_declared=declared, unread=bool(mistakes.found)):
        mistakes.add(path, wrong)
    mistakes.tell()
    return made


def _read(
    table: Mapping[str, object], known: Mapping[str, Reader], path: KeyPath, mistakes: Mistakes
) -> dict[str, Any]:
    """The values of one table, without those that are wrong."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        try:
            if key not in known:
                close = kinds.near(key, known)
                raise Wrong("unknown key", nearest=close, fix="" if close else f"known are {', '.join(known)}")
            values[key] = known[key](value)
        except Wrong as wrong:
            mistakes.add((*path, key), wrong)
    return values


def _needed(values: Mapping[str, Any], key: str, instead: Any, path: KeyPath, mistakes: Mistakes) -> Any:
    """A value that has to be there; what is there but wrong was told already."""
    if key not in values and not any(one.where == mistakes.place((*path, key)) for one in mistakes.found):
        mistakes.add((*path, key), Wrong("it is missing"))
    return values.get(key, instead)


def _arrivals(table: Mapping[str, object], mistakes: Mistakes) -> Arrivals:
    """When flows begin; a trace without a rate has the one that was recorded."""
    values = _read(table, ARRIVALS, ("arrivals",), mistakes)
    gaps = values.get("gaps", ())
    if values.get("model") == Model.TRACE and "rate" not in table and sum(gaps) > 0:
        values["rate"] = len(gaps) / sum(gaps)
    rate = _needed(values, "rate", 1.0, ("arrivals",), mistakes)
    return Arrivals(**{**values, "rate": rate, "model": Model(values.get("model", Model.POISSON))})


def _stages(tables: tuple[Mapping[str, object], ...], mistakes: Mistakes) -> list[Stage]:
    """The way to the rate of the run."""
    made = []
    for number, table in enumerate(tables, start=1):
        path = ("stages", str(number))
        values = _read(table, STAGE, path, mistakes)
        made.append(
            Stage(_needed(values, "seconds", 0.0, path, mistakes), _needed(values, "rate", 0.0, path, mistakes))
        )
    return made


def _targets(table: Mapping[str, object], mistakes: Mistakes) -> list[Target]:
    """What has to hold, by name."""
    made = []
    for name, inner in table.items():
        path = ("targets", name)
        try:
            keys = kinds.table(inner)
        except Wrong as wrong:
            mistakes.add(path, wrong)
            continue
        shares = {key: share for key in keys if (share := percentile_share(key)) is not None}
        values = _read(keys, {**TARGET, **dict.fromkeys(shares, _MS)}, path, mistakes)
        limits = [Limit(values.pop(key), share) for key, share in shares.items() if key in values]
        select = Selection(**{key: values.pop(key) for key in ("services", "operations", "flows") if key in values})
        made.append(Target(name=name, select=select, limits=tuple(limits), **values))
    return made


def percentile_share(key: str) -> float | None:
    """The share that may take longer, by the name of a percentile: p95_ms is 0.05, p999_ms 0.001; None for others."""
    digits = key[1:-3]
    if not (key.startswith("p") and key.endswith("_ms") and digits.isascii() and digits.isdecimal()):
        return None
    if not 2 <= len(digits) <= 6 or not int(digits):
        return None
    return float(round(1 - int(digits) / 10 ** len(digits), len(digits)))


def _flows(tables: tuple[Mapping[str, object], ...], mistakes: Mistakes) -> list[Flow]:
    """What users do."""
    made = []
    for number, table in enumerate(tables, start=1):
        path = ("flows", str(number))
        values = _read(table, FLOW, path, mistakes)
        calls = [
            _call(one, (*path, "calls", str(at)), mistakes) for at, one in enumerate(values.pop("calls", ()), start=1)
        ]
        name = _needed(values, "name", "", path, mistakes)
        made.append(Flow(**{**values, "name": name, "calls": tuple(calls)}))
    return made


def _call(table: Mapping[str, object], path: KeyPath, mistakes: Mistakes) -> Call:
    """One request; its operation is its path without the query unless it says otherwise."""
    values = _read(table, CALL, path, mistakes)
    service = _needed(values, "service", "", path, mistakes)
    request = str(_needed(values, "request", "GET /", path, mistakes))
    method, _, target = request.partition(" ")
    return Call(
        service=service,
        operation=values.get("operation", request.partition("?")[0]),
        method=method,
        target=target,
        headers=tuple(values.get("headers", {}).items()),
        body=values.get("body", ""),
        takes=values.get("takes", {}),
        expects=values.get("expects", ()),
        think=values.get("think", 0.0),
    )


def _pools(table: Mapping[str, object], mistakes: Mistakes) -> dict[str, tuple[Mapping[str, str], ...]]:
    """Rows of variables, by the name of their pool; numbers are written as text."""
    made: dict[str, tuple[Mapping[str, str], ...]] = {}
    for name, rows in table.items():
        try:
            made[name] = tuple({key: _value(value) for key, value in row.items()} for row in kinds.tables(rows))
        except Wrong as wrong:
            mistakes.add(("data", name), wrong)
    return made


def _value(value: object) -> str:
    """The value of a variable."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else kinds.text(value)
