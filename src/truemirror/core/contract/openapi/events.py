"""Reading events from an AsyncAPI 3.0 document: what is sent, through which exchange, under which routing key.

Rules: an event is a message of a channel, known by its name; the operations of the document say whether it is sent or
received, and a message that no operation names is sent; of bindings, those of AMQP 0-9-1 are understood; whatever else
could change what goes over the wire is kept as a text, so that a difference is seen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Event, Place
from truemirror.core.contract.openapi.parts import Parts, media_name
from truemirror.core.contract.openapi.substance import Substance

_FIX = "write it as AsyncAPI 3.0 says (https://www.asyncapi.com/docs/reference/specification/v3.0.0)"
_OF_SERVERS = ("protocol", "protocolVersion", "pathname", "variables", "security", "bindings")
"""Fields of a server that a reader of its events depends on; hosts promise nothing."""
_OF_OPERATIONS = ("reply", "security", "bindings", "traits")
_UNDERSTOOD = {"exchange": ("name", "type"), "queue": ("name",)}
"""Fields of the AMQP binding of a channel that rules judge."""
_USUAL = ("is", "routingKey")
"""What a channel of AMQP is where it does not say."""


def read_events(documents: Documents, path: str) -> Iterator[Event]:
    """All events of a document. Raises FormatError."""
    return _Reader(documents, path).events()


class _Reader(Parts):
    """Reads one AsyncAPI document."""

    def __init__(self, documents: Documents, path: str) -> None:
        """Keep the document. Raises FormatError when it is of another version."""
        super().__init__(documents)
        self._place = Place(path)
        self._root = self.mapping(documents.contents[path], self._place)
        said = str(self._root.get("asyncapi", ""))
        if not said.startswith("3."):
            raise self.wrong(f"is AsyncAPI {said or 'of no version'}", self._place, "write `asyncapi: 3.0.0`")
        self._substance = Substance(documents)
        self._media = str(self._root.get("defaultContentType", "application/json")).lower()

    def events(self) -> Iterator[Event]:
        """The messages of all channels, each once for every way it goes."""
        ways, around_operations = self._ways(), self._around_operations()
        around = self._place.below("channels")
        for name, channel in self.mapping(self._root.get("channels", {}), around).items():
            channel, place = self.resolved(channel, around.below(str(name)))
            inside = place.below("messages")
            amqp = self._amqp(channel, place)
            beside = self._beside(channel, place)
            address = channel["address"] if isinstance(channel.get("address"), str) else str(name)
            for key, message in self.mapping(channel.get("messages", {}), inside).items():
                message, where = self.resolved(message, inside.below(str(key)))
                said = ways.get(place, {})
                known = said.get(where) or said.get(None) or {True}
                for sent in sorted(known, reverse=True):
                    said_by = around_operations.get((place, sent), {})
                    unjudged = {**beside, **said_by, **self._of_message(message, where)}
                    yield self._event(address, amqp, str(key), message, where, sent, unjudged)

    def _beside(self, channel: Mapping[str, Any], place: Place) -> dict[str, str]:
        """What a channel says that no rule judges."""
        found = {
            "parameters of the channel": self._substance.of(channel, place, ("parameters",)),
            "bindings of the channel": self._bindings(channel, place),
            "servers": self._servers(channel, place),
        }
        return {name: said for name, said in found.items() if said}

    def _bindings(self, channel: Mapping[str, Any], place: Place) -> str:
        """The bindings of a channel but what rules judge of them. Raises FormatError."""
        bindings, where = self.resolved(channel.get("bindings", {}), place.below("bindings"))
        amqp, inside = self.resolved(bindings.get("amqp", {}), where.below("amqp"))
        rest = {name: said for name, said in amqp.items() if (name, said) != _USUAL}
        for name, fields in _UNDERSTOOD.items():
            if isinstance(amqp.get(name), Mapping):
                rest[name] = {key: value for key, value in amqp[name].items() if key not in fields}
        others = {key: value for key, value in bindings.items() if key != "amqp"}
        kept = {name: said for name, said in rest.items() if said != {}}
        said = (self._substance.text(kept, inside), self._substance.text(others, where))
        return "" if said == ("", "") else " ".join(said)

    def _servers(self, channel: Mapping[str, Any], place: Place) -> str:
        """What the servers of a channel ask for; it is on all servers where it names none. Raises FormatError."""
        named = channel.get("servers")
        around = self._place.below("servers")
        places = (
            [self.resolved(one, place.below("servers", number)) for number, one in enumerate(named)]
            if isinstance(named, list) and named
            else [
                self.resolved(one, around.below(str(name)))
                for name, one in self.mapping(self._root.get("servers", {}), around).items()
            ]
        )
        return " ".join(sorted({self._substance.of(server, where, _OF_SERVERS) for server, where in places}))

    def _around_operations(self) -> dict[tuple[Place, bool], dict[str, str]]:
        """For every channel and way, what its operations say that no rule judges. Raises FormatError."""
        found: dict[tuple[Place, bool], dict[str, set[str]]] = {}
        around = self._place.below("operations")
        for name, node in self.mapping(self._root.get("operations", {}), around).items():
            node, place = self.resolved(node, around.below(str(name)))
            _, channel = self.resolved(node.get("channel"), place.below("channel"))
            for field in _OF_OPERATIONS:
                if said := self._substance.of(node, place, (field,)):
                    key = channel, node.get("action") == "send"
                    found.setdefault(key, {}).setdefault(f"{field} of the operation", set()).add(said + _named(node))
        return {key: {name: " ".join(sorted(all_)) for name, all_ in said.items()} for key, said in found.items()}

    def _of_message(self, message: Mapping[str, Any], place: Place) -> dict[str, str]:
        """What a message says that no rule judges."""
        found = {
            "bindings of the message": self._substance.of(message, place, ("bindings",)),
            "correlation id": self._substance.of(message, place, ("correlationId",)),
        }
        for key in ("payload", "headers"):
            inner = message.get(key)
            if isinstance(inner, Mapping) and "schemaFormat" in inner:
                found[f"format of the {key}"] = str(inner["schemaFormat"])
        return {name: said for name, said in found.items() if said}

    def _ways(self) -> dict[Place, dict[Place | None, set[bool]]]:
        """For every channel and message, or None for all messages of the channel, whether it is sent or received."""
        found: dict[Place, dict[Place | None, set[bool]]] = {}
        around = self._place.below("operations")
        for name, node in self.mapping(self._root.get("operations", {}), around).items():
            node, place = self.resolved(node, around.below(str(name)))
            if node.get("action") not in ("send", "receive"):
                raise self.wrong("an operation needs `action: send` or `action: receive`", place, _FIX)
            _, channel = self.resolved(node.get("channel"), place.below("channel"))
            messages = node.get("messages")
            targets: list[Place | None] = [None]
            if isinstance(messages, list):
                targets = [self.resolved(one, place.below("messages", at))[1] for at, one in enumerate(messages)]
            for target in targets:
                found.setdefault(channel, {}).setdefault(target, set()).add(node["action"] == "send")
        return found

    def _event(
        self,
        address: str,
        amqp: Mapping[str, Any],
        key: str,
        node: Mapping[str, Any],
        place: Place,
        sent: bool,
        unjudged: Mapping[str, str],
    ) -> Event:
        """One message of one channel."""
        exchange, queue = amqp.get("exchange"), amqp.get("queue")
        extension = node.get(EXTENSION)
        own: Mapping[str, Any] = extension if isinstance(extension, Mapping) else {}
        return Event(
            name=str(node.get("name") or key),
            place=place,
            sent=sent,
            exchange=str(exchange.get("name", "")) if isinstance(exchange, Mapping) else "",
            exchange_type=str(exchange.get("type", "")) if isinstance(exchange, Mapping) else "",
            queue=str(queue.get("name", "")) if isinstance(queue, Mapping) else "",
            address=address,
            media=media_name(str(node.get("contentType", self._media))),
            payload=self._data(node, place, "payload"),
            headers=self._data(node, place, "headers"),
            traits=place.below("traits") if node.get("traits") else None,
            unjudged=unjudged,
            deprecated=node.get("deprecated") is True or bool(own.get("deprecated")),
            sunset=str(node.get("x-sunset") or own.get("sunset") or "")[:10],
        )

    def _data(self, node: Mapping[str, Any], place: Place, key: str) -> Place | None:
        """A schema of a message, which may be wrapped in an object that names its format. Raises FormatError."""
        inner = node.get(key)
        if isinstance(inner, Mapping) and "schemaFormat" in inner:
            said = str(inner["schemaFormat"])
            if not said.startswith(("application/schema+", "application/vnd.aai.asyncapi")):
                raise self.wrong(f"is written in {said}", place.below(key), "write it as JSON Schema")
            return self.schema(self.mapping(inner, place.below(key)), place.below(key))
        return self.schema(node, place, key)

    def _amqp(self, channel: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
        """The AMQP binding of a channel. Raises FormatError."""
        bindings, where = self.resolved(channel.get("bindings", {}), place.below("bindings"))
        return self.resolved(bindings.get("amqp", {}), where.below("amqp"))[0]


def _named(operation: Mapping[str, Any]) -> str:
    """The messages that an operation is about, so that two operations of one channel cannot change places unseen."""
    messages = operation.get("messages")
    named = [str(one.get("$ref")) for one in messages if isinstance(one, Mapping)] if isinstance(messages, list) else []
    return f" for {', '.join(sorted(named))}" if named else ""
