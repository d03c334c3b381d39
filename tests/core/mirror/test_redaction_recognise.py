"""Secrets in innocent places, known by the mirror's stand-ins."""

import json

from truemirror.core.mirror.redaction_recognise import recognised, recorded_stand_ins
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers

SECRET = "engine-1843 & co"
KEY = "0hT9xL2mQ7vB4nK8pZ3s"


def test_recorded_stand_ins() -> None:
    """Stand-ins are found in targets and bodies, whatever their shape."""
    uuid, digits, plain, key = (
        stand_in(one)
        for one in ("123e4567-e89b-42d3-a456-426614174000", "411111111111", SECRET, "sk_live_4eC39HqLyjWDarjt")
    )
    requests = [
        Request("GET", f"/a/{uuid}?b={plain}"),
        Request("POST", "/", Headers(), f"[{digits}, '{key}']".encode()),
        Request("GET", "/x"),
    ]
    assert recorded_stand_ins(requests) == {uuid, digits, plain, key}


def test_values_are_recognised() -> None:
    """A value in the path, in the query, in JSON or in a sentence is recognised when its stand-in was recorded."""
    recorded = frozenset({stand_in(SECRET), stand_in(KEY)})
    for request, secret in (
        (Request("GET", f"/basic-auth/{KEY}/x"), KEY),
        (Request("GET", "/a?b=engine-1843%20%26%20co"), SECRET),
        (Request("POST", "/", Headers(), json.dumps({"a": SECRET}).encode()), SECRET),
        (Request("POST", "/", Headers(), f"I use {KEY}.".encode()), KEY),
    ):
        assert recognised(request, recorded).get(secret) == stand_in(secret)


def test_nothing_is_recognised_that_was_not_recorded() -> None:
    """Other values, stand-ins themselves, and words are left alone."""
    recorded = frozenset({stand_in(KEY), stand_in("password")})
    assert recognised(Request("GET", f"/a/other-value-1?b={stand_in(KEY)}&c=password"), recorded) == {}
    assert recognised(Request("GET", f"/a/{KEY}"), frozenset()) == {}
