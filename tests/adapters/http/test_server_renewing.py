"""The watch that goes on beside a server."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.usecases.test_serve_watch import Files, mirror

from truemirror.adapters.http.server import keep_renewed, renewing
from truemirror.errors import FormatError
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve_watch import Changed, Unchanged


def test_a_defect_at_one_mirror_loses_no_change_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found before it is told; the server goes on looking."""
    monkeypatch.setattr(renewing, "LOOK_SECONDS", 0.0)
    watch = Files().watch(Replayer(mirror()))
    found = [Unchanged("tags", FormatError("is no JSON")), Unchanged("deals", FormatError("is no JSON"))]
    expected = list(found)

    def changes() -> Iterator[Changed | Unchanged]:
        """One change, then a defect."""
        if found:
            yield found.pop(0)
        raise RuntimeError("a defect")

    monkeypatch.setattr(watch, "changes", changes)
    told: list[Changed | Unchanged] = []

    async def until_told() -> None:
        """Watch until both were told."""
        both = asyncio.Event()

        def tell(change: Changed | Unchanged) -> None:
            """Keep it."""
            told.append(change)
            if len(told) == len(expected):
                both.set()

        watching = asyncio.create_task(keep_renewed(watch, tell))
        async with asyncio.timeout(10.0):
            await both.wait()
        watching.cancel()

    asyncio.run(until_told())
    assert told == expected
