"""What a Host field, a URL or a configuration names: a host, perhaps with a port.

Rules: a name is never looked up; one that only begins like an address of this machine is not one.
"""

import ipaddress

ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 (recognised, never bound by default)
"""Addresses to listen at that mean all of a machine's."""


def without_port(authority: str) -> str:
    """The host as it is written, less its port where it has one; brackets stay, and `::1` is no host with a port."""
    host, colon, port = authority.rpartition(":")
    is_port = bool(colon) and port.isdecimal() and (":" not in host or host.endswith("]"))
    return host if is_port else authority


def host_named(authority: str) -> str | None:
    """The name alone, in lower case, without port and brackets; None when it is none."""
    text = authority.strip().lower()
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        if not bracket:
            return None
    else:
        name, colon, port = text.partition(":")
        rest = colon + port
    return name if not rest or (rest[0] == ":" and rest[1:].isdecimal()) else None


def is_loopback(name: str) -> bool:
    """Whether a name or address is this machine's own; one that only begins like it is not."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
