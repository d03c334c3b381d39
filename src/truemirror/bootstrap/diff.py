"""Wiring of `truemirror diff`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truemirror.errors import UsageError

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.contract.compat.judge import Judgement
    from truemirror.core.contract.compat.policy import Mode, Policy
    from truemirror.usecases.diff_whom import Whom


def diff(old: str, new: str, mode: Mode, policy: Policy, config: Config, service: str = "") -> Judgement:
    """Compare two sides, and name whom it concerns where the configuration knows.

    A side is a file, a folder, SERVICE@VERSION or REVISION:PATH. `service` is the one that both are versions of, when
    their places do not tell. Raises UsageError, FormatError, StoreError.
    """
    from truemirror.bootstrap.diff_sides import side
    from truemirror.usecases.diff import diff as compare

    sides = [side(text, config) for text in (old, new)]
    judgement = compare(sides[0].documents, sides[1].documents, mode, policy)
    services = {one.service for one in sides}
    found = services.pop() if len(services) == 1 else ""
    return whom(config, service or found).told(judgement)


def whom(config: Config, service: str) -> Whom:
    """Who has to do with a service."""
    from truemirror.adapters.clock import SystemClock
    from truemirror.usecases.check import consumers_of, owner_of
    from truemirror.usecases.diff_whom import Whom

    callers = consumers_of(config, service) if service else ()
    return Whom(service, owner_of(config, service), callers, config.waivers, SystemClock().today())


def see_known(config: Config, service: str) -> None:
    """Raises UsageError for a service that nobody has heard of."""
    from truemirror.adapters.contract_files import ContractFiles

    known = sorted({*config.services, *ContractFiles(config.contracts).services()})
    if service not in known:
        from difflib import get_close_matches

        near = get_close_matches(service, known, n=1, cutoff=0.3)
        fix = "name a service of the configuration"
        raise UsageError(f"there is no service {service!r}", nearest=near[0] if near else ", ".join(known), fix=fix)


def batch(path: str, mode: Mode, policy: Policy) -> Iterator[dict[str, Any]]:
    """The answers to all pairs of a file, or of standard input for `-`. Raises UsageError for no such file."""
    from truemirror.usecases.diff import batch as answers

    if path == "-":
        yield from answers(_lines(sys.stdin.buffer), mode, policy)
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115  # closed below; only opening it may fail as a wrong name
    except OSError as error:
        raise UsageError(f"the pairs cannot be read: {error.strerror}", where=path, fix="name a file") from None
    with file:
        yield from answers(_lines(file), mode, policy)


def _lines(file: Any) -> Iterator[bytes]:
    """The lines of a file; of one that is too long, only as much as shows that."""
    from truemirror.usecases.diff import LARGEST_LINE

    while line := file.readline(LARGEST_LINE + 1):
        yield line
        while len(line) > LARGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LARGEST_LINE + 1)
