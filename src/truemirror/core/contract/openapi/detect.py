"""Whether documents say what a service offers, and which of them says it.

Rules: a document says so itself, with `openapi`, `swagger` or `asyncapi`; what says neither is a bare schema.
"""

from collections.abc import Mapping
from typing import Any

from truemirror.core.contract.openapi.interface import Interface
from truemirror.core.contract.openapi.reading import read_interface
from truemirror.errors import FormatError

_NAMES = ("openapi", "asyncapi")
_SUFFIXES = (".yaml", ".yml", ".json")


def offers(content: Any) -> bool:
    """Whether a document says what a service offers."""
    return isinstance(content, Mapping) and any(name in content for name in ("openapi", "swagger", "asyncapi"))


def interface_of(contents: Mapping[str, Any], first: str = "", title: str = "") -> Interface:
    """What documents offer: those that `first` names, else the folder's own openapi.yaml and asyncapi.yaml.

    Raises FormatError when there is none, or when one is not as its standard says.
    """
    if first:
        is_async = isinstance(contents[first], Mapping) and "asyncapi" in contents[first]
        return read_interface(contents, "" if is_async else first, first if is_async else "", title)
    openapi, asyncapi = (_own(contents, name) for name in _NAMES)
    if not openapi and not asyncapi:
        raise FormatError(
            "holds neither openapi.yaml nor asyncapi.yaml", where=title, fix="name the folder of a contract's version"
        )
    return read_interface(contents, openapi, asyncapi, title)


def _own(contents: Mapping[str, Any], name: str) -> str:
    """The document of a name at the top of a folder; empty when there is none."""
    return next((name + suffix for suffix in _SUFFIXES if name + suffix in contents), "")
