"""Long runs of fuzzers: so many examples that they go for minutes, from a seed that is told and can be given.

Rules: they belong to the nightly profile. The header of a run says `TRUEMIRROR_FUZZ_SEED=...`; the same seed draws the
same examples again, and a failure prints what reproduces it alone.
"""

import os
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings

SEED = "TRUEMIRROR_FUZZ_SEED"
"""The environment variable that names the seed; all processes of a run share it."""


def told_seed() -> int:
    """The seed of this run: the one that was given, or a fresh one, from then on given."""
    return int(os.environ.setdefault(SEED, str(secrets.randbelow(2**32))))


def long_run(examples: int) -> Callable[[Callable[..., None]], Any]:
    """Let a test with drawn arguments go through so many examples, nightly."""

    def decorated(test: Callable[..., None]) -> Any:
        """The test, seeded."""
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        phases = [Phase.explicit, Phase.generate, Phase.shrink]
        deep = settings(
            max_examples=examples, deadline=None, suppress_health_check=slow, print_blob=True, phases=phases,
            database=None,
        )  # fmt: skip
        return pytest.mark.nightly(seed(told_seed())(deep(test)))

    return decorated
