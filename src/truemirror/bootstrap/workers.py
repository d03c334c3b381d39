"""Wires `truemirror serve --workers`: the same doors in several processes, and what they counted together.

Rules: everything is loaded and every address is had before the first process is forked, so that they share the memory
of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.adapters.certificates import Tls
    from truemirror.adapters.http.server import Door
    from truemirror.adapters.http.server.binding import Sockets
    from truemirror.usecases.replay_tally import Tally

Ready = Callable[[Sequence[tuple["Door", int]]], None]
"""Hears the ports once all doors answer."""


def serve_by_workers(
    doors: Sequence[Door],
    sockets: Sequence[Sequence[Sockets]],
    host: str,
    ready: Ready,
    died: Callable[[int, str], None],
    *,
    tls: Tls | None = None,
) -> None:
    """Serve doors by a process for each set of sockets until a signal; the mirrors then hold what all counted.

    `died` hears the number of a worker that ended by itself, and of what. Raises CouldNotRun when they keep ending.
    """
    from truemirror.adapters.worker_processes import exit_words, work_together
    from truemirror.usecases.serve_workers import take_tallies

    for door in doors:
        door.scheme = "https" if tls else "http"
    opened = [(door, int(group[0].getsockname()[1])) for door, group in zip(doors, sockets[0], strict=True)]
    mounts = {name: mount for door in doors for name, mount in door.mounts.items()}

    def work(number: int, tell: Callable[[], None], stop: int) -> dict[str, Tally]:
        """One worker's life."""
        _serve(doors, sockets[number - 1], host, tls, tell, stop)
        return {name: mount.replayer.tally for name, mount in mounts.items()}

    told = work_together(len(sockets), work, lambda: ready(opened), lambda number, code: died(number, exit_words(code)))
    take_tallies({name: mount.replayer for name, mount in mounts.items()}, told)


def _serve(
    doors: Sequence[Door],
    sockets: Sequence[Sockets],
    host: str,
    tls: Tls | None,
    tell: Callable[[], None],
    stop: int,
) -> None:
    """Serve until `stop` can be read; `tell` that everything answers."""
    import asyncio

    from truemirror.adapters.http.server import Listen, new_loop, serve_until_stopped

    listens = [Listen(door, sockets=group) for door, group in zip(doors, sockets, strict=True)]
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(
            serve_until_stopped(listens, host, lambda opened: tell(), tls=tls.context if tls else None, stop=stop)
        )
