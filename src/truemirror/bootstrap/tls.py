"""Wires HTTPS for servers of this machine.

Rules: certificates name this machine, the address listened at, and the configured hosts of the services.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.adapters.certificates import Tls
    from truemirror.config import Config

_ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 (recognised, never bound by default)


def tls(config: Config, host: str, services: Iterable[str]) -> Tls:
    """HTTPS for these services at an address. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.certificates import tls_for

    names = [host] if host not in _ANY_ADDRESS else []
    for service in services:
        known = config.services.get(service)
        names += [_bare(one) for one in known.hosts] if known else []
    return tls_for(names)


def _bare(host: str) -> str:
    """A host without its port and brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).strip("[]")
