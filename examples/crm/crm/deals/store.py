"""What deals keeps: stages, contacts, and the deals themselves."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from crm.common.clock import Clock, timestamp
from crm.common.database import Database, contains
from crm.common.idempotency import SCHEMA as IDEMPOTENCY
from crm.common.ids import read_id, write_id
from crm.common.pagination import Page
from crm.deals.models import DealChange, NewContact, NewDeal, to_cents, to_money
from crm.seed import vocabulary, world

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS stages (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL, final INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS contacts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
    phone TEXT, company TEXT, language TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deals (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, title TEXT NOT NULL, cents INTEGER NOT NULL,
    currency TEXT NOT NULL, stage_id TEXT NOT NULL REFERENCES stages, owner_id TEXT NOT NULL,
    contact INTEGER NOT NULL REFERENCES contacts, ledger_no INTEGER NOT NULL, custom TEXT NOT NULL,
    version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, closed_at TEXT
);
CREATE INDEX IF NOT EXISTS deals_by_account ON deals (account_id, number);
{IDEMPOTENCY}
"""
FIRST_LEDGER_NO, LEDGER_STEP = 9_007_199_254_740_993, 7_919
SORTS = {
    "created_at": "deals.created_at, deals.number",
    "-created_at": "deals.created_at DESC, deals.number DESC",
    "value": "cents, deals.number",
    "-value": "cents DESC, deals.number DESC",
    "title": "casefold(title), deals.number",
    "-title": "casefold(title) DESC, deals.number DESC",
}
_DEALS = (
    "SELECT deals.*, contacts.name AS contact_name, contacts.email AS contact_email, contacts.phone AS contact_phone,"
    " contacts.company AS contact_company FROM deals JOIN contacts ON contacts.number = deals.contact"
)
_ADD_CONTACT = (
    "INSERT INTO contacts (account_id, name, email, phone, company, language, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADD_DEAL = (
    "INSERT INTO deals (account_id, title, cents, currency, stage_id, owner_id, contact, ledger_no, custom, version,"
    " created_at, updated_at, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)"
)
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals are wanted, and in which order."""

    account_id: str
    stage_id: str | None
    owner_id: str | None
    contact_id: str | None
    q: str | None
    least_cents: int | None
    sort: str | None

    def where(self) -> tuple[str, tuple[Any, ...]]:
        """Return the condition that this filter stands for, and its parameters."""
        choices: list[tuple[str, Any]] = [("deals.account_id = ?", self.account_id)]
        if self.stage_id is not None:
            choices.append(("stage_id = ?", self.stage_id))
        if self.owner_id is not None:
            choices.append(("owner_id = ?", self.owner_id))
        if self.contact_id is not None:
            choices.append(("contact = ?", read_id("c", self.contact_id)))
        if self.q is not None:
            choices.append(("casefold(title) LIKE ? ESCAPE '!'", contains(self.q)))
        if self.least_cents is not None:
            choices.append(("cents >= ?", self.least_cents))
        return " AND ".join(clause for clause, _ in choices), tuple(value for _, value in choices)


class DealStore:
    """Reads and writes the database of deals."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        if not database.number("SELECT count(*) FROM stages"):
            self._seed()

    def stages(self) -> list[Record]:
        """Return all stages in order."""
        rows = self._database.all("SELECT * FROM stages ORDER BY position")
        return [{**dict(row), "final": bool(row["final"])} for row in rows]

    def contacts(self, account_id: str, q: str | None, page: Page) -> tuple[list[Record], int]:
        """Return one page of the contacts of an account, and how many there are."""
        where, parameters = "account_id = ?", [account_id]
        if q is not None:
            where += " AND (casefold(name) LIKE ? ESCAPE '!' OR casefold(email) LIKE ? ESCAPE '!')"
            parameters += [contains(q)] * 2
        total = self._database.number(f"SELECT count(*) FROM contacts WHERE {where}", parameters)
        rows = self._database.all(
            f"SELECT * FROM contacts WHERE {where} ORDER BY number LIMIT ? OFFSET ?",
            (*parameters, page.limit, page.offset),
        )
        return [_contact(row) for row in rows], total

    def contact(self, account_id: str, contact_id: str) -> Record | None:
        """Return a contact of an account."""
        row = self._database.first(
            "SELECT * FROM contacts WHERE number = ? AND account_id = ?", (read_id("c", contact_id), account_id)
        )
        return None if row is None else _contact(row)

    def add_contact(self, account_id: str, contact: NewContact) -> Record:
        """Add a contact and return it."""
        company = json.dumps(contact.company.model_dump()) if contact.company else None
        now = timestamp(self._clock.tick())
        number = self._database.insert(
            _ADD_CONTACT, (account_id, contact.name, contact.email, contact.phone, company, contact.language, now)
        )
        return self.contact(account_id, write_id("c", number)) or {}

    def deals(self, wanted: DealFilter, page: Page) -> tuple[list[Record], int]:
        """Return one page of the deals that a filter lets through, and how many there are."""
        where, parameters = wanted.where()
        order = SORTS[wanted.sort] if wanted.sort else "deals.number"
        total = self._database.number(f"SELECT count(*) FROM deals WHERE {where}", parameters)
        rows = self._database.all(
            f"{_DEALS} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?", (*parameters, page.limit, page.offset)
        )
        return [_deal(row) for row in rows], total

    def deal(self, account_id: str, deal_id: str) -> Record | None:
        """Return a deal of an account."""
        row = self._database.first(
            f"{_DEALS} WHERE deals.number = ? AND deals.account_id = ?", (read_id("d", deal_id), account_id)
        )
        return None if row is None else _deal(row)

    def add_deal(self, account_id: str, owner_id: str, deal: NewDeal, *, closed: bool) -> Record:
        """Add a deal and return it."""
        now = timestamp(self._clock.tick())
        with self._database.transaction():
            number = self._database.insert(
                _ADD_DEAL,
                (
                    account_id, deal.title, to_cents(deal.value), deal.currency, deal.stage_id, owner_id,
                    read_id("c", deal.contact_id), 0, json.dumps(deal.custom), now, now, now if closed else None,
                ),
            )  # fmt: skip
            self._database.change(
                "UPDATE deals SET ledger_no = ? WHERE number = ?", (FIRST_LEDGER_NO + LEDGER_STEP * number, number)
            )
        return self.deal(account_id, write_id("d", number)) or {}

    def change_deal(self, account_id: str, deal: Record, changes: DealChange, *, closed: bool) -> Record:
        """Change the fields of a deal that `changes` names and return it."""
        merged = {**deal, **changes.model_dump(exclude_unset=True)}
        now = timestamp(self._clock.tick())
        closed_at = (deal["closed_at"] or now) if closed else None
        self._database.change(
            "UPDATE deals SET title = ?, cents = ?, stage_id = ?, custom = ?, version = ?, updated_at = ?,"
            " closed_at = ? WHERE number = ?",
            (
                merged["title"], to_cents(merged["value"]), merged["stage_id"], json.dumps(merged["custom"]),
                deal["version"] + 1, now, closed_at, read_id("d", deal["id"]),
            ),
        )  # fmt: skip
        return self.deal(account_id, deal["id"]) or {}

    def remove_deal(self, account_id: str, deal_id: str) -> bool:
        """Remove a deal and tell whether it was there."""
        gone = self._database.change(
            "DELETE FROM deals WHERE number = ? AND account_id = ?", (read_id("d", deal_id), account_id)
        )
        if gone:
            self._clock.tick()
        return bool(gone)

    def _seed(self) -> None:
        with self._database.transaction():
            self._database.fill(
                "INSERT INTO stages VALUES (?, ?, ?, ?)",
                [(id_, name, place, kind == "closed") for place, (id_, name, kind) in enumerate(vocabulary.STAGES, 1)],
            )
            self._database.fill(_ADD_CONTACT, [_contact_row(contact) for contact in world.contacts()])
            self._database.fill(_ADD_DEAL, [_deal_row(deal) for deal in world.deals()])


def _contact_row(contact: world.SeedContact) -> tuple[Any, ...]:
    company = json.dumps({"name": contact.company, "domain": contact.domain})
    return (
        contact.account_id, contact.name, contact.email, contact.phone, company, contact.language, contact.created_at,
    )  # fmt: skip


def _deal_row(deal: world.SeedDeal) -> tuple[Any, ...]:
    return (
        deal.account_id, deal.title, deal.cents, deal.currency, deal.stage_id, deal.owner_id,
        read_id("c", deal.contact_id), deal.ledger_no, json.dumps(deal.custom), deal.created_at,
        deal.closed_at or deal.created_at, deal.closed_at,
    )  # fmt: skip


def _contact(row: sqlite3.Row) -> Record:
    return {
        "id": write_id("c", row["number"]),
        "name": row["name"],
        "email": row["email"],
        "phone": row["phone"],
        "company": json.loads(row["company"]) if row["company"] else None,
        "language": row["language"],
        "created_at": row["created_at"],
    }


def _deal(row: sqlite3.Row) -> Record:
    contact = {
        "id": write_id("c", row["contact"]),
        "name": row["contact_name"],
        "email": row["contact_email"],
        "phone": row["contact_phone"],
        "company": json.loads(row["contact_company"]) if row["contact_company"] else None,
    }
    return {
        "id": write_id("d", row["number"]),
        "title": row["title"],
        "value": to_money(row["cents"]),
        "currency": row["currency"],
        "stage_id": row["stage_id"],
        "owner_id": row["owner_id"],
        "contact": contact,
        "ledger_no": row["ledger_no"],
        "custom": json.loads(row["custom"]),
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "closed_at": row["closed_at"],
    }
