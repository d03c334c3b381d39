"""The auth service: log-ins, tokens, and who a token belongs to."""

from __future__ import annotations

from functools import cache

from starlette.applications import Starlette

from crm.auth.service import create_app
from crm.common.settings import Settings

__all__ = ["create_app"]


@cache
def _app() -> Starlette:
    return create_app(Settings.from_environment())


def __getattr__(name: str) -> Starlette:
    """Make `app` when a server asks for it, so that importing the package alone starts nothing."""
    if name == "app":
        return _app()
    raise AttributeError(name)
