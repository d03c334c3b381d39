"""Which state of the code is looked at, as git names it."""

import subprocess
from pathlib import Path


def revision(root: Path) -> str:
    """The short name of the commit, with `+` when files were changed since; empty outside a git repository."""
    commit = _git(root, "rev-parse", "--short", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no") if commit else ""
    return f"{commit}+" if changed else commit


def _git(root: Path, *arguments: str) -> str:
    """What a git command prints; empty when there is no git, or it refuses."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
