"""Wires HTTPS for servers of this machine.

Rules: certificates name this machine, the address listened at, and the configured hosts of the services.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.adapters.certificates import Tls
    from truemirror.config import Config


def tls(config: Config, host: str, services: Iterable[str]) -> Tls:
    """HTTPS for these services at an address. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.certificates import tls_for
    from truemirror.core.mirror.naming import service_of
    from truemirror.core.wire.authority import ANY_ADDRESS, without_port

    names = [host] if host not in ANY_ADDRESS else []
    for service in services:
        known = config.services.get(service_of(service))
        names += [without_port(one).strip("[]") for one in known.hosts] if known else []
    return tls_for(names)
