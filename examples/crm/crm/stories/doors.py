"""How each service meets strangers, clients that want XML, and clients that cannot write JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.stories.walk import PUBLIC, Story, Walk

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Door:
    """What can be asked of a service: reads, and writes with bodies that it must refuse as invalid."""

    service: str
    reads: tuple[str, ...]
    writes: tuple[tuple[str, str], ...]
    invalid: tuple[tuple[str, str, Any], ...]
    open_to_all: bool = False

    def stranger(self, walk: Walk) -> None:
        """Ask without a token and with a forged one."""
        nobody, forger = walk.at(self.service), walk.at(self.service, "tok_forged")
        for path in self.reads:
            nobody.get(path, 401)
            forger.get(path, 401)
        if not self.open_to_all:
            for method, path in self.writes:
                if not path.endswith("/login"):
                    forger.send(method, path, 401, json={"label": "forged"})

    def lost(self, walk: Walk) -> None:
        """Ask at addresses and with methods that do not exist, then for the service's health."""
        anyone = walk.at(self.service)
        for path in ("/nowhere", "/v1/nothing/here"):
            anyone.get(path, 404)
        for path in (self.reads[0], "/health"):
            anyone.send("PUT", path, 405, json={})
        anyone.get("/health")
        anyone.get("/health", Accept="application/json;q=0.9, */*;q=0.1")

    def xml(self, walk: Walk) -> None:
        """Ask for XML."""
        client = walk.login("ada@northwind.example", self.service)
        for path in self.reads:
            client.get(path, 406, Accept="application/xml")
            client.get(path, 406, Accept="text/xml, application/json;q=0")

    def clumsy(self, walk: Walk) -> None:
        """Send bodies that are not JSON."""
        client = walk.login("ada@northwind.example", self.service)
        for method, path in self.writes:
            client.send(method, path, 400, content=b'{"title": ', headers=_JSON)
            client.send(method, path, 400, content=b"title=x", headers=_JSON)
            client.send(method, path, 415, content=b"<deal/>", headers={"Content-Type": "application/xml"})
            client.send(method, path, 415, data={"title": "x"})

    def careless(self, walk: Walk) -> None:
        """Send JSON with fields that are missing or wrong."""
        client = walk.login("ada@northwind.example", self.service)
        for method, path, body in self.invalid:
            client.send(method, path, 422, json=body)


DOORS = (
    Door(
        "auth",
        ("/v1/whoami", "/v1/whoami?verbose=1"),
        (("POST", "/v1/sessions"), ("POST", "/v1/sessions?again=1")),
        (
            ("POST", "/v1/sessions", {"email": "ada@northwind.example"}),
            ("POST", "/v1/sessions", {"email": "not an address", "password": "demo-ada"}),
        ),
        open_to_all=True,
    ),
    Door(
        "core",
        ("/v1/users", "/v1/users/u1", "/v1/accounts/a1"),
        (("POST", "/v1/users"), ("PATCH", "/v1/users/u1")),
        (
            ("POST", "/v1/users", {"name": "No Address"}),
            ("POST", "/v1/users", {"name": "", "email": "x@northwind.example", "role": "emperor"}),
            ("PATCH", "/v1/users/u1", {}),
            ("PATCH", "/v1/users/u1", {"phone": "call me", "shoe_size": 43}),
        ),
    ),
    Door(
        "tags",
        ("/v1/tags?subject=deal:d1", "/v1/tags/t1"),
        (("POST", "/v1/tags"), ("POST", "/v1/search")),
        (
            ("POST", "/v1/tags", {"subject": "deal:d1"}),
            ("POST", "/v1/tags", {"subject": "deal d1", "label": "x", "colour": "red"}),
            ("POST", "/v1/search", {"subjects": "deal:d1"}),
            ("POST", "/v1/search", {"subjects": ["deal:d1", "?"]}),
        ),
    ),
    Door(
        "deals",
        ("/v1/stages", "/v1/contacts", "/v1/contacts/c1", "/v1/deals", "/v1/deals/d1"),
        (("POST", "/v1/deals"), ("PATCH", "/v1/deals/d1"), ("POST", "/v1/contacts")),
        (
            ("POST", "/v1/deals", {"title": "No value", "contact_id": "c1"}),
            ("POST", "/v1/deals", {"title": "Nobody's", "value": "1.00", "contact_id": "c999", "stage_id": "limbo"}),
            ("PATCH", "/v1/deals/d3", {"value": "12,50"}),
            ("PATCH", "/v1/deals/d3", {"stage_id": "limbo"}),
            ("POST", "/v1/contacts", {"name": "No address"}),
            ("POST", "/v1/contacts", {"name": "X", "email": "x", "company": {"title": "y"}}),
        ),
    ),
    Door(
        PUBLIC,
        ("/api/v1/me", "/api/v1/stages", "/api/v1/contacts", "/api/v1/deals", "/api/v1/deals/d1"),
        (
            ("POST", "/api/v1/deals"),
            ("PATCH", "/api/v1/deals/d1"),
            ("POST", "/api/v1/contacts"),
            ("POST", "/api/v1/deals/d1/tags"),
            ("POST", "/api/v1/login"),
        ),
        (
            ("POST", "/api/v1/login", {"email": "ada@northwind.example"}),
            ("POST", "/api/v1/login", {"email": "ada", "password": 7}),
            ("POST", "/api/v1/deals", {"title": "No value", "contact_id": "c1"}),
            ("POST", "/api/v1/deals", {"title": "Free", "value": "free", "contact_id": "c1"}),
            ("PATCH", "/api/v1/deals/d3", {"title": ""}),
            ("PATCH", "/api/v1/deals/d3", {"value": 12.5}),
            ("POST", "/api/v1/contacts", {"name": "No address"}),
            ("POST", "/api/v1/contacts", {"email": "x@elan.example", "phone": "none"}),
            ("POST", "/api/v1/deals/d1/tags", {"colour": "#b3261e"}),
            ("POST", "/api/v1/deals/d1/tags", {"label": "x", "colour": "red"}),
        ),
    ),
)


def stories() -> list[Story]:
    """Return the stories of all doors."""
    return [story for door in DOORS for story in _of(door)]


def _of(door: Door) -> list[Story]:
    return [
        Story(f"a-stranger-knocks-at-{door.service}", door.service, door.stranger),
        Story(f"a-lost-client-wanders-around-{door.service}", door.service, door.lost),
        Story(f"an-xml-client-asks-{door.service}", door.service, door.xml),
        Story(f"a-clumsy-client-writes-to-{door.service}", door.service, door.clumsy),
        Story(f"a-careless-client-sends-wrong-fields-to-{door.service}", door.service, door.careless),
    ]
