"""The accessibility checker that the flows use is the one that its makers published."""

import hashlib
from pathlib import Path

AXE = Path(__file__).parents[2] / "suites/flows/axe"


def test_the_file_is_the_published_one() -> None:
    """Its checksum is the one that stands beside it, and it says its version and its licence."""
    content = (AXE / "axe.min.js").read_bytes()
    told = (AXE / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(content).hexdigest() in told
    assert content.startswith(b"/*! axe v4.14.1\n")
    assert "axe-core 4.14.1" in told


def test_its_licence_is_there() -> None:
    """The file may be passed on with its licence only."""
    assert "Mozilla Public License" in (AXE / "LICENSE").read_text(encoding="utf-8")
    assert (AXE / "LICENSE-3RD-PARTY.txt").stat().st_size > 1000
