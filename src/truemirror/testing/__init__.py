"""For people who test truemirror's parts or write their own: fakes of the ports, strategies, a small harness.

Rules: a fake keeps its port's promises and passes the same tests as the real adapter.
"""

from truemirror.testing.asserts import has_attributes, is_error
from truemirror.testing.promised import (
    answers_of,
    breaking_requests_of,
    breaking_values_of,
    requests_of,
    values_of,
)
from truemirror.testing.verifying import verify_app

__all__ = [
    "answers_of",
    "breaking_requests_of",
    "breaking_values_of",
    "has_attributes",
    "is_error",
    "requests_of",
    "values_of",
    "verify_app",
]
