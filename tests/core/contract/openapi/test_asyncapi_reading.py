"""Events are read from AsyncAPI 3.0 with what they are bound to."""

from typing import Any

import pytest
from tests.core.contract.openapi.interfaces import TEXT, events

from truemirror.core.contract.openapi.interface import Place
from truemirror.errors import FormatError


def document(**more: Any) -> dict[str, Any]:
    """A document with one event on one exchange."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "deals", "version": "1.0.0"},
        "channels": {
            "deals": {
                "address": "deal.new",
                "messages": {"dealNew": {"$ref": "#/components/messages/DealNew"}},
                "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": "crm", "type": "topic"}}},
            }
        },
        "operations": {"tell": {"action": "send", "channel": {"$ref": "#/channels/deals"}}},
        "components": {"messages": {"DealNew": {"name": "deal.new", "payload": TEXT, "headers": {"type": "object"}}}},
        **more,
    }


def test_an_event_is_read_with_its_exchange_and_routing_key() -> None:
    """Name, bindings, payload and headers are there."""
    (event,) = events(document()).events
    assert (event.name, event.sent) == ("deal.new", True)
    assert (event.exchange, event.exchange_type, event.address) == ("crm", "topic", "deal.new")
    assert event.payload == Place("asyncapi.yaml", "/components/messages/DealNew/payload")
    assert event.headers == Place("asyncapi.yaml", "/components/messages/DealNew/headers")
    assert event.media == "application/json"


def test_an_operation_says_whether_an_event_is_received() -> None:
    """Without any it is sent."""
    content = document(operations={"hear": {"action": "receive", "channel": {"$ref": "#/channels/deals"}}})
    assert [one.sent for one in events(content).events] == [False]
    assert [one.sent for one in events(document(operations={})).events] == [True]


def test_a_payload_may_name_its_format() -> None:
    """A schema in an object that names JSON Schema is found; another format is refused."""
    content = document()
    message = content["components"]["messages"]["DealNew"]
    message["payload"] = {"schemaFormat": "application/schema+json;version=draft-07", "schema": TEXT}
    assert events(content).events[0].payload == Place("asyncapi.yaml", "/components/messages/DealNew/payload/schema")
    message["payload"] = {"schemaFormat": "application/vnd.apache.avro+json;version=1.9.0", "schema": TEXT}
    with pytest.raises(FormatError, match="avro"):
        events(content)


@pytest.mark.parametrize(
    "change",
    [
        {"asyncapi": "2.6.0"},
        {"channels": []},
        {"channels": {"a": {"messages": []}}},
        {"operations": {"a": {"action": "publish"}}},
        {"operations": {"a": {"action": "send", "channel": {"$ref": "#/channels/none"}}}},
    ],
)
def test_what_is_not_asyncapi_is_refused(change: dict[str, Any]) -> None:
    """A mistake is an error that says where it is."""
    with pytest.raises(FormatError) as caught:
        events(document(**change))
    assert caught.value.where.startswith("asyncapi.yaml")
