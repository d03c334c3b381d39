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
        found: list[Changed | Unchanged] = []
        try:
            await loop.run_in_executor(None, _look, watch, found)
        except Exception:  # the server outlives a defect of its watch, and loses nothing that was found before it
            _LOG.exception("the mirrors' files could not be looked at")
        for change in found:
            if isinstance(change, Unchanged) or watch.take(change):
                tell(change)


def _look(watch: Watch, found: list[Changed | Unchanged]) -> None:
    """One look; what is found is kept one by one."""
    for change in watch.changes():
        found.append(change)  # noqa: PERF402 (a list that is extended may lose them all)
