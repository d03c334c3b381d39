"""Pictures of pages for the documentation, taken where a flow passes by.

Rules: nothing is written unless FLOWS_PICTURES names a folder: `FLOWS_PICTURES=docs/pictures pytest suites/flows`.
"""

import os
from pathlib import Path

from truemirror.testing.flows import Visitor


def keep(visitor: Visitor, name: str) -> None:
    """Keep what is seen of a page, under a name."""
    if folder := os.environ.get("FLOWS_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(visitor.picture())
