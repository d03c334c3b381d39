"""For people who test truemirror's parts or write their own: fakes of the ports, strategies, a small harness.

Rules: a fake keeps its port's promises and passes the same tests as the real adapter.
"""

from truemirror.testing.asserts import has_attributes, is_error
from truemirror.testing.verifying import verify_app

__all__ = ["has_attributes", "is_error", "verify_app"]
