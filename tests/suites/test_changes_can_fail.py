"""The suite of twenty changes notices a wrong expectation: a suite that cannot fail proves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("wrong", ["label-becomes-name:other-verdict", "pages-grow:other-rule"])
def test_a_wrong_expectation_fails_for_its_change_alone(wrong: str) -> None:
    """Another verdict or another rule than what is so breaks one test, and a right one beside it stays green."""
    env = {**os.environ, "SUITES_EXPECT": wrong}
    for name in [name for name in env if name.startswith(("PYTEST_", "COV_"))]:
        del env[name]
    command = [sys.executable, "-m", "pytest", "suites/changes/test_changes.py", "-q", "-p", "no:cacheprovider"]
    chosen = ["-p", "no:randomly", "--color=no", "-k", "verdict and (label-becomes-name or pages-grow)"]
    done = subprocess.run([*command, *chosen], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"[{wrong.partition(':')[0]}]" in done.stdout
    assert "1 failed, 1 passed" in done.stdout
