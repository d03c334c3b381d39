"""Drawing from every schema of the official test suite of JSON Schema."""

from __future__ import annotations

from tests.core.schema.reading.official_suite import Case

from truemirror.core.schema.budget import Budget, OutOfSteps
from truemirror.core.schema.reading import SchemaError, Unreadable, meaning
from truemirror.core.schema.solve import values
from truemirror.testing.drawing.values import Drawing

_STEPS = 50_000
MISSING: frozenset[str] = frozenset()


def inhabited(case: Case) -> Drawing | None:
    """What draws from a case that the solver has a value of."""
    try:
        meant = meaning(case.source)
        if not values(meant.term, meant.definitions, Budget(_STEPS)).found:
            return None
    except (SchemaError, Unreadable, OutOfSteps):
        return None
    drawing = Drawing(meant.definitions)
    drawing.top = frozenset((meant.term,))
    return drawing
