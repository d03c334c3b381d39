"""How much work a question may cost, counted in steps so that the same question always ends in the same way.

Rules: no clock; whoever does work in proportion to its input spends for it; running out is an answer, not a failure.
"""

from typing import Final

STEPS: Final = 400_000
"""What one question may cost unless somebody says otherwise: around a second."""


class OutOfSteps(Exception):
    """The work was more than the budget allows."""


class Budget:
    """Steps that are left for one question."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        """A budget of so many steps."""
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take some steps. Raises OutOfSteps when fewer are left."""
        self.left -= steps
        if self.left < 0:
            raise OutOfSteps
