"""What changed in the events that a service sends and receives.

Rules: an event is known by its name; what is sent has to suit the readers of the old contract, what is received has to
take what publishers of the old contract send; where it is bound is part of the promise, since every binding that
matched it stops to match.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_found import Change, Found, Question
from truemirror.core.contract.compat.operations_schemas import Schemas, same
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Event, Interface

_Key = tuple[str, bool]


def event_changes(old: Interface, new: Interface) -> Iterator[Found]:
    """All changes of events."""
    before, after = _by_key(old), _by_key(new)
    sides = Schemas(old), Schemas(new)
    for key, events in before.items():
        for event, successor in _paired(events, after.get(key, [])):
            yield from _event(event, successor) if successor else _removed(event)
            if successor and not same(sides[0], event.traits, sides[1], successor.traits):
                said = f"what is merged into {event.name} from its traits differs, which nobody here judges"
                yield Change("event-traits-changed", event.name, "traits", said, _direction(event))
    for key, events in after.items():
        for event in events[len(before.get(key, [])) :]:
            said = f"the event {event.name} is {'sent' if event.sent else 'received'}, too"
            yield Change("event-added", event.name, "", said, _direction(event))


def _by_key(interface: Interface) -> dict[_Key, list[Event]]:
    """Events by name and way."""
    found: dict[_Key, list[Event]] = {}
    for event in interface.events:
        found.setdefault((event.name, event.sent), []).append(event)
    return found


def _paired(old: list[Event], new: list[Event]) -> Iterator[tuple[Event, Event | None]]:
    """Events of one name with their successors: those with the same address first."""
    left = list(new)
    met: list[tuple[Event, Event | None]] = []
    for event in old:
        same = next((one for one in left if (one.exchange, one.address) == (event.exchange, event.address)), None)
        met.append((event, same))
        if same:
            left.remove(same)
    for event, successor in met:
        yield event, successor or (left.pop(0) if left else None)


def _direction(event: Event) -> Direction:
    """Who sends it: this service, or others."""
    return Direction.EVENT if event.sent else Direction.REQUEST


def _removed(event: Event) -> Iterator[Change]:
    """An event that is gone."""
    announced = event.deprecated and event.sunset
    rule = "event-removed-as-announced" if announced else "event-removed"
    said = f"the event {event.name} is no longer {'sent' if event.sent else 'received'}"
    said += f"; it was to go on {event.sunset}" if announced else ""
    yield Change(rule, event.name, "", said, _direction(event), _bound(event))


def _event(old: Event, new: Event) -> Iterator[Found]:
    """One event that both sides know."""
    for rule, what, before, after in (
        ("event-exchange-changed", "exchange", old.exchange, new.exchange),
        ("event-exchange-type-changed", "type of the exchange", old.exchange_type, new.exchange_type),
        ("event-routing-key-changed", "routing key", old.address, new.address),
        ("event-queue-changed", "queue", old.queue, new.queue),
        ("event-media-type-changed", "media type", old.media, new.media),
    ):
        if before != after:
            said = f"the {what} of {old.name} is {after or 'not said'} where it was {before or 'not said'}"
            yield Change(rule, old.name, what, said, _direction(old), _bound(new if old.sent else old))
    if new.deprecated and not old.deprecated:
        said = f"the event {old.name} is deprecated" + (f" and goes on {new.sunset}" if new.sunset else "")
        yield Change("event-deprecated", old.name, "", said, _direction(old))
    for name in sorted({*old.unjudged, *new.unjudged}):
        if old.unjudged.get(name) != new.unjudged.get(name):
            said = f"the {name} of {old.name} differ{'' if name.endswith('s') else 's'}, which nobody here judges"
            yield Change("event-details-changed", old.name, name, said, _direction(old))
    yield Question(old.payload, new.payload, _direction(old), old.name, "payload")
    yield Question(old.headers, new.headers, _direction(old), old.name, "headers")


def _bound(event: Event) -> dict[str, str]:
    """How an event is sent, as a value."""
    parts = {"event": event.name, "exchange": event.exchange, "type": event.exchange_type, "routing_key": event.address}
    return {key: value for key, value in parts.items() if value}
