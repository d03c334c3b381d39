"""When a run on a live system ends early: too much of what it asks fails.

Rules: judged are the last ten seconds that are complete, of all requests together; a few requests stop nothing.
"""

from truemirror.core.load.profile import Selection
from truemirror.core.load.selected import seconds_of
from truemirror.core.load.tally import Tally

SECONDS = 10
LEAST_REQUESTS = 20


def why_stop(tally: Tally, complete: int, stop_errors: float | None) -> str:
    """Why the run should stop now, in words; empty while it should not. `complete` is the number of whole seconds."""
    if stop_errors is None:
        return ""
    whole = seconds_of(tally, Selection(), max(0, complete - SECONDS), complete).whole
    failed = sum(whole.errors.values())
    if whole.count < LEAST_REQUESTS or failed <= stop_errors * whole.count:
        return ""
    kinds = ", ".join(
        f"{kind} ({count:,})" for kind, count in sorted(whole.errors.items(), key=lambda one: -one[1])[:3]
    )
    share = failed / whole.count
    return f"{share:.1%} of the last {whole.count:,} requests failed, at {stop_errors:.1%} it stops: {kinds}"
