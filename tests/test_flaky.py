"""A test that fails and then passes is named, and many of them fail the run."""

from pathlib import Path

import pytest
from tests import flaky as named
from tests.flaky import FLAKY_AT_MOST

FLAKY = """
import pathlib

{tests}

def once(name):
    seen = pathlib.Path(__file__).with_name(name)
    if not seen.exists():
        seen.touch()
        raise AssertionError("the first time")
"""


def _run(pytester: pytest.Pytester, flaky: int) -> pytest.RunResult:
    """So many flaky tests, run as CI runs its own."""
    tests = "\n".join(f"def test_{number}(): once('{number}')" for number in range(flaky))
    pytester.makeconftest(Path(named.__file__).read_text(encoding="utf-8"))
    pytester.makepyfile(FLAKY.format(tests=tests))
    return pytester.runpytest_subprocess("-p", "no:randomly", "--reruns", "1", "-n", "2")


def test_a_flaky_test_is_named_with_how_it_failed(pytester: pytest.Pytester) -> None:
    """And passes the run."""
    result = _run(pytester, 1)
    result.stdout.fnmatch_lines(["*1 flaky*", "FLAKY *test_0", "*AssertionError: the first time"])
    assert result.ret == pytest.ExitCode.OK


def test_many_flaky_tests_fail_the_run(pytester: pytest.Pytester) -> None:
    """Each has passed in the end."""
    result = _run(pytester, FLAKY_AT_MOST + 1)
    result.assert_outcomes(passed=FLAKY_AT_MOST + 1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
