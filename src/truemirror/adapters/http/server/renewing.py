"""Mirrors renewed while they are served.

Rules: reading and indexing happen beside the event loop, taking the new state in happens in it, between two requests:
no request ever meets half of each.
"""

import asyncio
import logging
from collections.abc import Callable

from truemirror.usecases.serve_watch import Changed, Unchanged, Watch

_LOG = logging.getLogger("truemirror.server")
LOOK_SECONDS = 0.5
"""Seconds between two looks at the files."""


async def keep_renewed(watch: Watch, tell: Callable[[Changed | Unchanged], None]) -> None:
    """Look again and again, until cancelled; `tell` hears of every change."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            found = await loop.run_in_executor(None, lambda: list(watch.changes()))
        except Exception:  # the server outlives a defect of its watch
            _LOG.exception("the mirrors' files could not be looked at")
            continue
        for change in found:
            if isinstance(change, Unchanged) or watch.take(change):
                tell(change)
