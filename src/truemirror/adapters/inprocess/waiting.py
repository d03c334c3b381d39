"""Waits of answers inside a process: as long as the answer takes, and no longer than its client's patience.

Rules: a client with threads sleeps in its own thread, one with tasks lets its event loop go on. Whoever would have lost
patience waits that long and then learns so; nobody waits twice.
"""

import asyncio
import sys
import time

Patience = float | None
"""Seconds that a client waits for the next bytes; None for ever."""


def wait(seconds: float, patience: Patience = None) -> bool:
    """Wait in this thread; whether that was within the client's patience."""
    if seconds <= 0:
        return True
    time.sleep(seconds if patience is None else min(seconds, max(0.0, patience)))
    return patience is None or seconds <= patience


async def wait_in_loop(seconds: float, patience: Patience = None) -> bool:
    """The same without holding up the event loop, whichever it is."""
    if seconds <= 0:
        return True
    await _sleep(seconds if patience is None else min(seconds, max(0.0, patience)))
    return patience is None or seconds <= patience


async def give_way() -> None:
    """Let other tasks go on, as everybody does who asks a network; whoever was cancelled ends here."""
    await _sleep(0.0)


async def _sleep(seconds: float) -> None:
    """Sleep in asyncio, or in trio where that runs."""
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            trio.lowlevel.current_task()
        except RuntimeError:
            pass
        else:
            await trio.sleep(seconds)
            return
    await asyncio.sleep(seconds)
