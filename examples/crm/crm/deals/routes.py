"""Answers the requests to deals."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crm.common import envelope, errors
from crm.common.errors import Detail
from crm.common.idempotency import Idempotency
from crm.common.identity import WRITE, Caller, Gate
from crm.common.negotiation import read_body
from crm.common.pagination import Page, Query
from crm.common.service import Resource
from crm.deals.models import DealChange, NewContact, NewDeal
from crm.deals.store import SORTS, DealFilter, DealStore
from crm.deals.surroundings import Surroundings


class DealRoutes:
    """The operations on deals, contacts and stages."""

    def __init__(self, store: DealStore, gate: Gate, surroundings: Surroundings, idempotency: Idempotency) -> None:
        self._store = store
        self._gate = gate
        self._surroundings = surroundings
        self._idempotency = idempotency

    def resources(self) -> list[Resource]:
        """Return what this service offers."""
        return [
            Resource("/v1/stages", {"GET": self.stages}),
            Resource("/v1/contacts", {"GET": self.contacts, "POST": self.add_contact}),
            Resource("/v1/contacts/{id}", {"GET": self.contact}),
            Resource("/v1/deals", {"GET": self.deals, "POST": self.add_deal}),
            Resource(
                "/v1/deals/{id}", {"GET": self.deal, "PATCH": self.change_deal, "DELETE": self.remove_deal}
            ),
        ]  # fmt: skip

    async def stages(self, request: Request) -> Response:
        """List the stages that a deal goes through."""
        await self._gate.admit(request)
        stages = self._store.stages()
        return envelope.collection(stages, len(stages), Page(limit=len(stages), offset=0))

    async def contacts(self, request: Request) -> Response:
        """List the contacts of the caller's account."""
        caller = await self._gate.admit(request)
        query = Query(request.query_params)
        page = query.page()
        query.check()
        items, total = self._store.contacts(caller.account_id, query.text("q"), page)
        return envelope.collection(items, total, page)

    async def contact(self, request: Request) -> Response:
        """Tell about one contact."""
        caller = await self._gate.admit(request)
        contact_id = request.path_params["id"]
        contact = self._store.contact(caller.account_id, contact_id)
        if contact is None:
            raise errors.not_found("contact", contact_id)
        return envelope.resource(contact)

    async def add_contact(self, request: Request) -> Response:
        """Add a contact."""
        caller = await self._gate.admit(request, WRITE)
        body = await read_body(request, NewContact)

        async def add() -> dict[str, Any]:
            return self._store.add_contact(caller.account_id, body)

        return envelope.resource(await self._idempotency.once(request, caller.user_id, body, add), 201)

    async def deals(self, request: Request) -> Response:
        """List deals of the caller's account."""
        caller = await self._gate.admit(request)
        query = Query(request.query_params)
        wanted = DealFilter(
            account_id=caller.account_id,
            stage_id=query.choice("stage", [stage["id"] for stage in self._store.stages()]),
            owner_id=query.text("owner_id"),
            contact_id=query.text("contact_id"),
            q=query.text("q"),
            least_cents=query.cents("min_value"),
            sort=query.choice("sort", SORTS),
        )
        page = query.page()
        query.check()
        deals, total = self._store.deals(wanted, page)
        return envelope.collection(await self._surroundings.complete_all(caller, deals), total, page)

    async def deal(self, request: Request) -> Response:
        """Tell about one deal."""
        caller = await self._gate.admit(request)
        deal = self._find(caller, request)
        return envelope.resource(await self._surroundings.complete(caller, deal))

    async def add_deal(self, request: Request) -> Response:
        """Add a deal."""
        caller = await self._gate.admit(request, WRITE)
        body = await read_body(request, NewDeal)

        async def add() -> dict[str, Any]:
            owner_id = body.owner_id or caller.user_id
            await self._check_references(caller, body)
            closed = self._is_final(body.stage_id)
            deal = self._store.add_deal(caller.account_id, owner_id, body, closed=closed)
            return await self._surroundings.complete(caller, deal)

        return envelope.resource(await self._idempotency.once(request, caller.user_id, body, add), 201)

    async def change_deal(self, request: Request) -> Response:
        """Change some fields of a deal, or move it to another stage."""
        caller = await self._gate.admit(request, WRITE)
        body = await read_body(request, DealChange)
        deal = self._find(caller, request)
        if not body.model_fields_set - {"version"}:
            raise errors.validation_failed([Detail("body", "empty", "Name at least one field to change.")])
        if "version" in body.model_fields_set and body.version != deal["version"]:
            raise errors.conflict("version_conflict", f"The deal is at version {deal['version']} by now.")
        stage_id = body.stage_id if "stage_id" in body.model_fields_set else deal["stage_id"]
        self._check_move(deal["stage_id"], stage_id)
        changed = self._store.change_deal(caller.account_id, deal, body, closed=self._is_final(stage_id))
        return envelope.resource(await self._surroundings.complete(caller, changed))

    async def remove_deal(self, request: Request) -> Response:
        """Remove a deal."""
        caller = await self._gate.admit(request, WRITE)
        deal_id = request.path_params["id"]
        if not self._store.remove_deal(caller.account_id, deal_id):
            raise errors.not_found("deal", deal_id)
        return envelope.nothing()

    def _find(self, caller: Caller, request: Request) -> dict[str, Any]:
        deal_id = request.path_params["id"]
        deal = self._store.deal(caller.account_id, deal_id)
        if deal is None:
            raise errors.not_found("deal", deal_id)
        return deal

    def _is_final(self, stage_id: str) -> bool:
        return any(stage["final"] for stage in self._store.stages() if stage["id"] == stage_id)

    def _check_move(self, old: str, new: str) -> None:
        if new not in {stage["id"] for stage in self._store.stages()}:
            raise errors.validation_failed([_unknown("stage_id", "stage", new)])
        if new != old and self._is_final(old):
            raise errors.conflict("stage_conflict", f"A deal that is {old} cannot move to {new}.")

    async def _check_references(self, caller: Caller, body: NewDeal) -> None:
        details: list[Detail] = []
        if self._store.contact(caller.account_id, body.contact_id) is None:
            details.append(_unknown("contact_id", "contact", body.contact_id))
        if body.stage_id not in {stage["id"] for stage in self._store.stages()}:
            details.append(_unknown("stage_id", "stage", body.stage_id))
        other = body.owner_id is not None and body.owner_id != caller.user_id
        if other and not await self._surroundings.knows_user(caller, body.owner_id or ""):
            details.append(_unknown("owner_id", "user", body.owner_id or ""))
        if details:
            raise errors.validation_failed(details)


def _unknown(field: str, what: str, name: str) -> Detail:
    return Detail(field, "unknown", f"There is no {what} {name!r}.")
