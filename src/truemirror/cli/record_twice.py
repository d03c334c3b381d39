"""The second half of `truemirror record --twice`: the same command once more, only to be compared.

Rules: the first recording is what is kept, the second one goes to a place that is gone afterwards. Both runs lie so far
apart that times of whole seconds differ. A command that fails is not run again; one that fails the second time, or is
interrupted, leaves the mirror as the first run left it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from truemirror.cli.noise import as_document, place_of, tell_noise, written
from truemirror.cli.output import console, emit_json
from truemirror.errors import UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.mirror.noise_pairs import Twice
    from truemirror.core.route import Route

_SHOWN = 5


class Learn(Protocol):
    """What ends a second run."""

    def __call__(self, routes: Sequence[Route], *, as_json: bool) -> None:
        """Compare, keep the rules, and tell."""


def no_command(routes: Sequence[Route]) -> UsageError:
    """Nothing can be run twice."""
    service, url = (routes[0].service, routes[0].upstream) if routes else ("SERVICE", "URL")
    return UsageError(
        "--twice runs a command twice, and there is none after --",
        nearest=f"to ask what was recorded twice: truemirror noise {service} --against {url}",
        fix=f"truemirror record {service} --upstream {url} --twice -- CMD",
    )


@contextmanager
def second_run(config: Config, versions: Mapping[str, str]) -> Iterator[tuple[Config, Learn]]:
    """Where the second run is recorded, and what is done when it is over."""
    from truemirror.bootstrap.noise import noise_of_two, second_place
    from truemirror.usecases.noise import APART_MS

    click.echo("once more, to see what varies by itself", err=True)
    time.sleep(APART_MS / 1000)
    with second_place(config, versions) as second:

        def learn(routes: Sequence[Route], *, as_json: bool) -> None:
            """Compare, keep the rules, and tell."""
            shown = noise_of_two(config, second, versions)
            if as_json:
                emit_json({"noise": {name: _document(one) for name, one in shown.items()}}, line=True)
                return
            for route in routes:
                if route.service in shown:
                    _tell(shown[route.service], config, route, versions[route.service])

        yield second, learn


def _document(twice: Twice) -> dict[str, object]:
    """What two runs showed, for programs."""
    alone = [{"scenario": scenario, "request": request} for scenario, request in twice.alone]
    return {**as_document(twice.found), "wrote": twice.wrote, "only_second": alone}


def _tell(twice: Twice, config: Config, route: Route, version: str) -> None:
    """What two runs of one service showed, for people."""
    from truemirror.core.mirror.noise import STATE

    out = console()
    tell_noise(twice.found)
    for scenario, request in twice.alone[:_SHOWN]:
        out.print(f"  only the second run asked {request}  in {scenario}", markup=False)
    if len(twice.alone) > _SHOWN:
        out.print(f"  and {len(twice.alone) - _SHOWN} more", markup=False)
    if any(one.why == STATE for one in twice.found.unlike):
        ask = f"truemirror noise {route.service} --against {route.upstream}"
        out.print(f"  fix: ask twice with nothing written in between: {ask}", markup=False)
    file = place_of(config.mirrors / route.service / version / "mirror.json")
    out.print(f"noise {route.service}: {written(twice.found.rules, file)}", markup=False)
