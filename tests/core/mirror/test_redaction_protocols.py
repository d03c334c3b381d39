"""Secrets among the protocols that a WebSocket's client offers, in reason phrases, and before a host."""

import pytest

from truemirror.core.mirror.redaction_find import mark_request, mark_response
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY
from truemirror.core.mirror.redaction_protocols import protocol_places
from truemirror.core.mirror.redaction_spots import secrets_of
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers

KEY = "Zq7Kx2PwM9vTn4LrB8sYd3"


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        (f"access_token, {KEY}", [KEY]),
        ("bearer, swordfish", ["swordfish"]),
        (f"chat.v1, base64url.bearer.authorization.test.{KEY}", [KEY]),
        ("graphql-transport-ws, graphql-ws", []),
        ("chat.v1.json, mqtt, wamp.2.msgpack.batched", []),
    ],
)
def test_a_token_among_protocols_is_found_and_names_stay(value: str, secrets: list[str]) -> None:
    """What a name announces, and what nobody would type."""
    assert [secret for secret, _ in secrets_of(protocol_places(value, DEFAULT_POLICY))] == secrets


def test_a_reason_phrase_is_looked_into() -> None:
    """A service may say there what it refused."""
    assert [one for one, _ in secrets_of(mark_response(Response(403, f"bad token={KEY}")).places())] == [KEY]
    assert not mark_response(Response(203, "Non-Authoritative Information"))


def test_a_password_before_a_host_is_found() -> None:
    """An absolute target with a user leaves it in Host."""
    request = Request("GET", "/", Headers.of([("Host", f"ada:{KEY}@shop.test:80")]))
    assert [one for one, _ in secrets_of(mark_request(request).places())] == [f"ada:{KEY}"]
    assert not mark_request(Request("GET", "/", Headers.of([("Host", "shop.test:80")])))
