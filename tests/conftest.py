"""How deep the laws are tested: Hypothesis profiles, chosen by HYPOTHESIS_PROFILE. Time is never asserted."""

import os

from hypothesis import HealthCheck, settings
from tests.flaky import pytest_sessionfinish, pytest_terminal_summary
from tests.long_runs import SEED, told_seed

__all__ = ["pytest_report_header", "pytest_sessionfinish", "pytest_terminal_summary"]

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", deadline=None, max_examples=80, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("nightly", deadline=None, max_examples=5_000, suppress_health_check=SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_report_header() -> str:
    """Which seed long runs of fuzzers have."""
    return f"long runs: {SEED}={told_seed()}"
