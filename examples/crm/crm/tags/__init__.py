"""The tags service: coloured labels on anything that has a name."""

from __future__ import annotations

from functools import cache

from starlette.applications import Starlette

from crm.common.settings import Settings
from crm.tags.service import create_app

__all__ = ["create_app"]


@cache
def _app() -> Starlette:
    return create_app(Settings.from_environment())


def __getattr__(name: str) -> Starlette:
    """Make `app` when a server asks for it, so that importing the package alone starts nothing."""
    if name == "app":
        return _app()
    raise AttributeError(name)
