"""Wires inference to the comparison of versions.

Rules: what a change deserves is decided by the same comparison that `truemirror diff` makes, asked both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truemirror.core.contract.release import Size


def deserved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Size | None:
    """The step that a change of documents deserves; None where the old ones cannot be compared."""
    from truemirror.core.contract.compat.policy import Mode, Policy
    from truemirror.errors import TruemirrorError
    from truemirror.usecases.diff import Documents, diff
    from truemirror.usecases.publish import Compared

    sides = Documents("the version that exists", old), Documents("what was recorded", new)
    try:
        backward, forward = (diff(*sides, mode, Policy()) for mode in (Mode.BACKWARD, Mode.FORWARD))
    except TruemirrorError:
        return None
    return Compared(backward.verdict, forward.verdict, backward.findings).deserved
