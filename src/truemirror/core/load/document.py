"""A load run and its tally as JSON: what the generator is told, and what it tells.

Rules: what is written is read back as the same value; `format` says which words are used. A document comes from another
process or a file, so whatever is not as expected is a FormatError with its place, never a traceback.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

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
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally
from truemirror.errors import FormatError

FORMAT = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """All that the generator has to know."""

    profile: Profile
    addresses: Mapping[str, str]
    """From services to `http://host:port`, with a path before all others where there is one."""
    seconds: float
    """How long flows begin."""
    workers: int = 1
    """Processes that make them together."""
    failing_share: float = 0.5
    """The run ends when more than this share of the requests of five seconds has failed; 0: it never does."""
    sampled_share: float = 0.0
    """Of this share of answers, and of failed ones, what was said is kept."""
    trust: str = ""
    """A file with certificates that are trusted besides the system's."""


def run_document(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {"format": FORMAT, **_plain(run)}


def run_of(document: Any) -> Run:
    """A run from JSON. Raises FormatError."""
    return _guarded("load run", lambda: _run(_checked(document)))


def tally_document(tally: Tally) -> dict[str, Any]:
    """A tally as JSON; kinds are numbered, so that each is written once."""
    kinds = list(dict.fromkeys([*(kind for _, kind in tally.cells), *(kind for kind, _ in tally.spectrum)]))
    numbers = {kind: number for number, kind in enumerate(kinds)}
    spectrum: list[dict[str, int]] = [{} for _ in kinds]
    for (kind, bucket), count in tally.spectrum.items():
        spectrum[numbers[kind]][str(bucket)] = count
    return {
        "format": FORMAT,
        "kinds": [[kind.service, kind.operation, kind.flow] for kind in kinds],
        "cells": [[second, numbers[kind], *_cell_row(cell)] for (second, kind), cell in tally.cells.items()],
        "instrument": [[second, _plain(one)] for second, one in tally.instrument.items()],
        "spectrum": spectrum,
        "workers": list(tally.workers),
        "lost": list(tally.lost),
    }


def tally_of(document: Any) -> Tally:
    """A tally from JSON. Raises FormatError."""
    return _guarded("tally", lambda: _tally(_checked(document)))


def _plain(value: Any) -> Any:
    """Dataclasses as objects, tuples as lists, keys as text."""
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _checked(document: Any) -> dict[str, Any]:
    """An object of a format that we know. Raises FormatError."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise FormatError(f"a format that is not known: {found!r}", nearest=f"format {FORMAT}")
    return document


def _guarded(what: str, read: Callable[[], T]) -> T:
    """Read; anything that is not there or of another kind is a FormatError."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise FormatError(f"this is no {what}: {type(error).__name__} {error}") from error


def _run(found: dict[str, Any]) -> Run:
    """A run, its parts trusted to be there."""
    return Run(
        profile=_profile(found["profile"]),
        addresses={str(name): str(url) for name, url in found["addresses"].items()},
        seconds=float(found["seconds"]),
        workers=int(found["workers"]),
        failing_share=float(found["failing_share"]),
        sampled_share=float(found["sampled_share"]),
        trust=str(found["trust"]),
    )


def _profile(found: dict[str, Any]) -> Profile:
    """A profile."""
    arrivals = found["arrivals"]
    judging = found["judging"]
    return Profile(
        name=found["name"],
        arrivals=Arrivals(**{**arrivals, "model": Model(arrivals["model"]), "gaps": tuple(arrivals["gaps"])}),
        targets=tuple(_target(one) for one in found["targets"]),
        flows=tuple(_flow(one) for one in found["flows"]),
        stages=tuple(Stage(**one) for one in found["stages"]),
        judging=Judging(**{**judging, "looks": tuple(judging["looks"])}),
        data={name: tuple(dict(row) for row in rows) for name, rows in found["data"].items()},
        environment=found["environment"],
        timeout=float(found["timeout"]),
    )


def _target(found: dict[str, Any]) -> Target:
    """A target."""
    select = {name: tuple(items) for name, items in found["select"].items()}
    limits = tuple(Limit(**one) for one in found["limits"])
    return Target(**{**found, "select": Selection(**select), "limits": limits})


def _flow(found: dict[str, Any]) -> Flow:
    """A flow."""
    return Flow(**{**found, "calls": tuple(_call(one) for one in found["calls"])})


def _call(found: dict[str, Any]) -> Call:
    """A call."""
    headers = tuple((str(name), str(value)) for name, value in found["headers"])
    return Call(**{**found, "headers": headers, "expects": tuple(int(one) for one in found["expects"])})


def _cell_row(cell: Cell) -> list[Any]:
    """A cell without its names: there are many."""
    return [
        cell.count,
        cell.response_sum,
        cell.response_squares,
        cell.service_sum,
        [[limit, count] for limit, count in cell.over.items()],
        dict(cell.errors),
    ]


def _cell(row: list[Any]) -> Cell:
    """A cell."""
    count, response, squares, service, over, errors = row
    return Cell(
        count=int(count),
        response_sum=float(response),
        response_squares=float(squares),
        service_sum=float(service),
        over={float(limit): int(many) for limit, many in over},
        errors={str(kind): int(many) for kind, many in errors.items()},
    )


def _instrument(found: dict[str, Any]) -> Instrument:
    """A second of the generator."""
    return Instrument(**{**found, "lag": {int(bucket): int(count) for bucket, count in found["lag"].items()}})


def _tally(found: dict[str, Any]) -> Tally:
    """A tally, its parts trusted to be there."""
    kinds = [Kind(str(service), str(operation), str(flow)) for service, operation, flow in found["kinds"]]
    return Tally(
        cells={(int(second), kinds[number]): _cell(row) for second, number, *row in found["cells"]},
        instrument={int(second): _instrument(one) for second, one in found["instrument"]},
        spectrum={
            (kind, int(bucket)): int(count)
            for kind, counts in zip(kinds, found["spectrum"], strict=True)
            for bucket, count in counts.items()
        },
        workers=tuple(str(name) for name in found["workers"]),
        lost=tuple(str(name) for name in found["lost"]),
    )
