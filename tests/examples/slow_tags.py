"""The tags service of the reference system, each answer 25 ms later: `uvicorn tests.examples.slow_tags:app`."""

import asyncio

from starlette.types import Receive, Scope, Send

from crm.tags import app as tags

SECONDS = 0.025


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Wait, then answer."""
    if scope["type"] == "http":
        await asyncio.sleep(SECONDS)
    await tags(scope, receive, send)
