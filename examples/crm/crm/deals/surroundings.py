"""What deals learns from core and tags, and how it does without them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Any

from crm.common.identity import Caller
from crm.common.neighbour import Neighbour, NeighbourLostError, path_to

Record = dict[str, Any]
Names = dict[str, str]
Labels = dict[str, list[Record]]
_log = logging.getLogger("crm.deals")


class Surroundings:
    """Completes deals with the names of their owners and with their tags."""

    def __init__(self, core: Neighbour, tags: Neighbour) -> None:
        self._core = core
        self._tags = tags

    async def complete(self, caller: Caller, deal: Record) -> Record:
        """Return a deal as callers see it; `degraded` names the neighbours that were lost."""
        names, labels = await asyncio.gather(
            _or_none(self._name(caller, deal["owner_id"])), _or_none(self._labels(caller, deal["id"]))
        )
        return _join(deal, names, labels)

    async def complete_all(self, caller: Caller, deals: list[Record]) -> list[Record]:
        """Return many deals as callers see them, with one question to each neighbour."""
        if not deals:
            return []
        owner_ids = sorted({deal["owner_id"] for deal in deals})
        names, labels = await asyncio.gather(
            _or_none(self._names(caller, owner_ids)),
            _or_none(self._labels_of_all(caller, [deal["id"] for deal in deals])),
        )
        return [_join(deal, names, labels) for deal in deals]

    async def knows_user(self, caller: Caller, user_id: str) -> bool:
        """Tell whether core knows a user; without core, the caller is believed."""
        names = await _or_none(self._name(caller, user_id))
        return names is None or user_id in names

    async def _name(self, caller: Caller, user_id: str) -> Names:
        reply = await self._core.call("GET", path_to("v1", "users", user_id), headers=caller.headers)
        if reply.status == 404:
            return {}
        self._expect_ok(self._core, reply.status)
        try:
            return {user_id: _text(reply.body["name"])}
        except (KeyError, TypeError) as error:
            raise self._core.nonsense("a user without a name") from error

    async def _names(self, caller: Caller, user_ids: list[str]) -> Names:
        params = {"ids": ",".join(user_ids), "limit": "100"}
        reply = await self._core.call("GET", "/v1/users", params=params, headers=caller.headers)
        self._expect_ok(self._core, reply.status)
        try:
            return {_text(user["id"]): _text(user["name"]) for user in reply.body["items"]}
        except (KeyError, TypeError) as error:
            raise self._core.nonsense("users without names") from error

    async def _labels(self, caller: Caller, deal_id: str) -> Labels:
        params = {"subject": f"deal:{deal_id}", "limit": "100"}
        reply = await self._tags.call("GET", "/v1/tags", params=params, headers=caller.headers)
        self._expect_ok(self._tags, reply.status)
        try:
            return {deal_id: [_label(tag) for tag in reply.body["items"]]}
        except (KeyError, TypeError) as error:
            raise self._tags.nonsense("tags without labels") from error

    async def _labels_of_all(self, caller: Caller, deal_ids: Iterable[str]) -> Labels:
        found: Labels = {deal_id: [] for deal_id in deal_ids}
        body = {"subjects": [f"deal:{deal_id}" for deal_id in found]}
        reply = await self._tags.call("POST", "/v1/search", body=body, headers=caller.headers)
        self._expect_ok(self._tags, reply.status)
        try:
            for tag in reply.body["items"]:
                found[_text(tag["subject"]).removeprefix("deal:")].append(_label(tag))
        except (KeyError, TypeError) as error:
            raise self._tags.nonsense("tags of something else") from error
        return found

    def _expect_ok(self, neighbour: Neighbour, status: int) -> None:
        if status != 200:
            raise neighbour.nonsense(f"status {status}")


async def _or_none(question: Awaitable[Any]) -> Any:
    try:
        return await question
    except NeighbourLostError as error:
        _log.warning("going on without %s", error)
        return None


def _join(deal: Record, names: Names | None, labels: Labels | None) -> Record:
    rest = {name: value for name, value in deal.items() if name != "owner_id"}
    lost = [name for name, answer in (("core", names), ("tags", labels)) if answer is None]
    return {
        **rest,
        "owner": {"id": deal["owner_id"], "name": (names or {}).get(deal["owner_id"])},
        "tags": None if labels is None else labels.get(deal["id"], []),
        "degraded": lost,
    }


def _label(tag: Any) -> Record:
    return {"id": _text(tag["id"]), "label": _text(tag["label"]), "colour": _text(tag["colour"])}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value
