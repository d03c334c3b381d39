"""Where a browser finds hosts: their names stay as they are, their addresses are ours, and all else is nowhere.

    MAP web.crm.internal:80 127.0.0.1:40001,MAP public-api.crm.internal:80 127.0.0.1:40002,MAP * ~NOTFOUND

Rules: pure. The text is Chromium's `--host-resolver-rules`: the first rule that fits wins, so the last one closes the
door to every host that was not named; nothing a page does leads to a place that nobody allowed.
"""

from collections.abc import Iterable, Mapping

from truemirror.core.environment import PORTS, host_of
from truemirror.core.wire.authority import without_port

CLOSED = "MAP * ~NOTFOUND"
"""The rule for all other hosts: they have no address."""


def authority(host: str, scheme: str = "http") -> str:
    """A configured host as `name:port`; without a port of its own it has the scheme's."""
    bare = without_port(host)
    return host.lower() if bare != host else f"{host.lower()}:{PORTS[scheme]}"


def mapping_rules(addresses: Mapping[str, str], scheme: str = "http") -> str:
    """The rules that lead each host (with a port or without) to an address of this machine, as `127.0.0.1:40001`."""
    maps = [f"MAP {authority(host, scheme)} {address}" for host, address in addresses.items()]
    return ",".join((*maps, CLOSED))


def allowing_rules(hosts: Iterable[str]) -> str:
    """The rules that leave these hosts where they really are, and have no address for any other."""
    names = dict.fromkeys(bare(host) for host in hosts)
    return ",".join((CLOSED, *(f"EXCLUDE {name}" for name in names)))


def origin(host: str, scheme: str = "http") -> str:
    """The origin of a configured host, as a browser writes it: the scheme's own port is left out."""
    name = host.lower().removesuffix(f":{PORTS[scheme]}")
    return f"{scheme}://{name}"


def bare(host: str) -> str:
    """A host's name without its port, in lower case."""
    return without_port(host).lower()


def is_local(url: str) -> bool:
    """Whether a URL asks nobody: it carries its own content, or is the browser's own page."""
    return host_of(url) == ""
