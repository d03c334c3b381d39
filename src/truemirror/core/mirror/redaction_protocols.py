"""Secrets in Sec-WebSocket-Protocol, where pages put them because they can set no other field.

Rules: a protocol's name stays readable; what follows a name that announces a secret is one (`access_token, TOKEN`), and
so is the last piece of a dotted name that nobody would type (`base64url.bearer.authorization.k8s.io.TOKEN`).
"""

import re

from truemirror.core.mirror.redaction_names import Kind, RedactionPolicy
from truemirror.core.mirror.redaction_shapes import looks_like_key, shape_spots
from truemirror.core.mirror.redaction_spots import Place, Spot, Why, ordered

_OFFER = re.compile(r"[^,\s]+")
_ANNOUNCES = frozenset({Kind.SECRET, Kind.SECRET_TEXT, Kind.AUTHORIZATION, Kind.LIKELY})


def protocol_places(value: str, policy: RedactionPolicy) -> tuple[Place, ...]:
    """The secrets among the protocols that a client offers."""
    places: list[Place] = list(shape_spots(value))
    announced = False
    for found in _OFFER.finditer(value):
        if announced:
            places.append(Spot(found.start(), found.end(), found[0], Why.NAME))
            announced = False
            continue
        tail = found[0].rpartition(".")[2]
        if looks_like_key(tail):
            places.append(Spot(found.end() - len(tail), found.end(), tail, Why.NAME))
        else:
            announced = policy.kind(found[0]) in _ANNOUNCES
    return ordered(places)
