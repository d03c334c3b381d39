"""What it takes to say that a recording was not used.

Rules: unused is told only of runs that left nothing out.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

from truemirror.core.mirror.index import Index
from truemirror.pytest_plugin.summary import Unused


def is_whole(config: pytest.Config, folders: Iterable[Path]) -> bool:
    """Whether nothing on the command line left tests out: all of these folders were run."""
    if any(config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "stepwise")):
        return False
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return True
    base = config.invocation_params.dir
    given = [base / argument for argument in config.args]
    there = [folder for folder in folders if folder.exists()]
    return bool(there) and all(any(one == folder or one in folder.parents for one in given) for folder in there)


def unused_of(index: Index, used: set[int]) -> Unused:
    """What is recorded at all other places."""
    spans, scenarios = index.spans, index.mirror.scenarios
    touched = {spans.scenario_of[place] for place in used if place < len(index.exchanges)}
    whole = [one.name for number, one in enumerate(scenarios) if number not in touched]
    single: list[str] = []
    for place, exchange in enumerate(index.exchanges):
        number = spans.scenario_of[place]
        if place not in used and number in touched:
            name = f"{scenarios[number].name} {place - spans.starts[number] + 1:04d}"
            single.append(f"{name}  {exchange.request.method} {exchange.request.target}")
    return Unused(tuple(whole), tuple(single))
