"""The reference system's suites notice when a service is broken: a suite that cannot fail proves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run_suite(service: str, broken: str) -> subprocess.CompletedProcess[str]:
    """A service's contract suite against its committed mirrors, with the service broken in some way."""
    file = f"suites/contracts/test_{service.replace('-', '_')}_contract.py"
    env = {**os.environ, "SUITES_BREAK": broken}
    for name in [name for name in env if name.startswith(("PYTEST_", "COV_"))]:
        del env[name]
    command = [sys.executable, "-m", "pytest", file, "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--color=no"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("service", "way", "rule"),
    [
        ("tags", "drop-label", "response-attribute-missing"),
        ("core", "other-error", "error-shape-broken"),
        ("deals", "xml", "response-not-json"),
        ("auth", "crash", "status-undeclared"),
    ],
)
def test_a_broken_service_breaks_its_suite_with_the_rule_that_says_how(service: str, way: str, rule: str) -> None:
    """Dropping an attribute, another error shape, XML and an HTML page are each found for what they are."""
    done = run_suite(service, f"{service}:{way}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"[{rule}]" in done.stdout


def test_the_same_suite_is_green_when_nothing_is_broken() -> None:
    """So it is the breaking that it notices."""
    done = run_suite("tags", "")
    assert done.returncode == 0, done.stdout + done.stderr
