"""Flows keep pictures for the documentation only where that is asked for."""

from pathlib import Path

import pytest
from suites.flows.pictures import keep

ROOT = Path(__file__).parents[2]


class Seen:
    """A visitor who sees one thing."""

    def picture(self) -> bytes:
        """What is seen."""
        return b"\x89PNG seen"


def test_a_picture_goes_to_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not even taken without one."""
    monkeypatch.delenv("FLOWS_PICTURES", raising=False)
    keep(None, "nothing")  # type: ignore[arg-type]
    monkeypatch.setenv("FLOWS_PICTURES", str(tmp_path / "new"))
    keep(Seen(), "page")  # type: ignore[arg-type]
    assert (tmp_path / "new/page.png").read_bytes() == b"\x89PNG seen"


def test_every_picture_that_flows_keep_is_in_the_documentation() -> None:
    """Each is committed and shown somewhere."""
    flows = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "suites/flows").glob("test_*.py"))
    names = {part.partition('"')[0] for part in flows.split("keep(")[1:] for part in [part.partition('"')[2]]}
    pages = [ROOT / "examples/crm/README.md", *(ROOT / "docs").glob("*.md")]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert names == {"crm-deal", "crm-conflict", "crm-phone"}
    for name in names:
        assert (ROOT / f"docs/pictures/{name}.png").is_file()
        assert f"pictures/{name}.png" in shown
