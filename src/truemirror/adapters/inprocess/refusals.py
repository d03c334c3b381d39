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
    """An address that is no neighbour's and not allowed."""
    near = get_close_matches(place.host, list(known), n=1, cutoff=0.7)
    asked = f" ({what})" if what else ""
    url = f"{place.scheme or 'http'}://{place}"
    return NetworkClosed(
        f"the network is closed: an isolated test reached for {place}{asked}",
        nearest=f"{near[0]} is mirrored" if near else "",
        fix=f'mirror it: truemirror record NAME --upstream {url}, and hosts = ["{place.host}"] in'
        f' [tool.truemirror.services.NAME]; or let it through: @pytest.mark.allow_hosts("{place.host}"), or'
        f' allow_hosts = ["{place.host}"] in [tool.truemirror]',
    )
