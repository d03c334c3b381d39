"""What an isolated test is told when it asks for something that is not there.

Rules: each says what was asked, the nearest thing that would have worked, and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from truemirror.adapters.inprocess.addresses import Place
from truemirror.core.mirror.miss import Miss
from truemirror.core.mirror.report import miss_lines, record_command
from truemirror.errors import MirrorMiss, NetworkClosed


def miss_error(miss: Miss, record_with: str = "") -> MirrorMiss:
    """No recording answers; `record_with` is the command that records it, where the usual one is not the nearest."""
    lines = miss_lines(miss)
    usual = record_command(miss.service)
    told = [line for line in lines if usual not in line]
    return MirrorMiss("\n".join(told), fix=f"record it: {record_with or usual}")


def closed_error(place: Place, what: str, known: Iterable[str]) -> NetworkClosed:
    """An address that is no neighbour's and not allowed, or a neighbour's that is reached past all seams."""
    known = list(known)
    near = get_close_matches(place.host, list(known), n=1, cutoff=0.7)
    asked = f" ({what})" if what else ""
    if not place.scheme and place.host in known:  # met below all seams
        return NetworkClosed(
            f"a client that is not met within the test process reached for {place}{asked}",
            nearest=f"{place.host} is mirrored, for the HTTP clients that are met",
            fix="if it opens a WebSocket or speaks for itself: truemirror serve NAME, and give it that address",
        )
    url = f"{place.scheme or 'http'}://{place}"
    return NetworkClosed(
        f"the network is closed: an isolated test reached for {place}{asked}",
        nearest=f"{near[0]} is mirrored" if near else "",
        fix=f'mirror it: truemirror record NAME --upstream {url}, and hosts = ["{place.host}"] in'
        f' [tool.truemirror.services.NAME]; or let it through: @pytest.mark.allow_hosts("{place.host}"), or'
        f' allow_hosts = ["{place.host}"] in [tool.truemirror]',
    )


def websocket_error(service: str, env: str) -> NetworkClosed:
    """A WebSocket to a neighbour; only a server can hold one."""
    variable = f", and give its address to your code as {env}" if env else ", and give its address to your code"
    return NetworkClosed(
        f"a WebSocket to {service} cannot be answered within the test process",
        nearest="its mirror answers it as a server",
        fix=f"truemirror serve {service}{variable}",
    )
