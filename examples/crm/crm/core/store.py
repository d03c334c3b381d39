"""What core keeps: accounts and users."""

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
from crm.seed import vocabulary, world

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS accounts (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL, plan TEXT NOT NULL, seats INTEGER NOT NULL,
    ledger_no INTEGER NOT NULL, address TEXT NOT NULL, vat_rate REAL NOT NULL, features TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS users (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE, role TEXT NOT NULL, phone TEXT, preferences TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
{IDEMPOTENCY}
"""
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users are wanted."""

    account_id: str
    role: str | None
    q: str | None
    ids: tuple[str, ...] | None


class CoreStore:
    """Reads and writes the database of core."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        if not database.number("SELECT count(*) FROM accounts"):
            self._seed()

    def account(self, account_id: str) -> Record | None:
        """Return an account."""
        row = self._database.first("SELECT * FROM accounts WHERE number = ?", (read_id("a", account_id),))
        return None if row is None else _account(row)

    def user(self, account_id: str, user_id: str) -> Record | None:
        """Return a user of an account."""
        row = self._database.first(
            "SELECT * FROM users WHERE number = ? AND account_id = ?", (read_id("u", user_id), account_id)
        )
        return None if row is None else _user(row)

    def users(self, wanted: UserFilter, page: Page) -> tuple[list[Record], int]:
        """Return one page of the users that a filter lets through, and how many there are."""
        where, parameters = _where(wanted)
        total = self._database.number(f"SELECT count(*) FROM users WHERE {where}", parameters)
        rows = self._database.all(
            f"SELECT * FROM users WHERE {where} ORDER BY number LIMIT ? OFFSET ?",
            (*parameters, page.limit, page.offset),
        )
        return [_user(row) for row in rows], total

    def email_taken(self, email: str) -> bool:
        """Tell whether a user has this email."""
        return bool(self._database.number("SELECT count(*) FROM users WHERE email = ?", (email.casefold(),)))

    def add_user(self, account_id: str, fields: Record) -> Record:
        """Add a user and return it."""
        now = timestamp(self._clock.tick())
        preferences = {"locale": "en", "newsletter": False, "timezone": "UTC", **fields["preferences"]}
        number = self._database.insert(
            "INSERT INTO users (account_id, name, email, role, phone, preferences, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account_id, fields["name"], fields["email"].casefold(), fields["role"], fields["phone"],
                json.dumps(preferences), now, now,
            ),
        )  # fmt: skip
        return self.user(account_id, write_id("u", number)) or {}

    def change_user(self, user: Record, changes: Record) -> Record:
        """Change the given fields of a user and return it."""
        merged = {**user, **changes, "preferences": {**user["preferences"], **changes.get("preferences", {})}}
        self._database.change(
            "UPDATE users SET name = ?, role = ?, phone = ?, preferences = ?, updated_at = ? WHERE number = ?",
            (
                merged["name"], merged["role"], merged["phone"], json.dumps(merged["preferences"]),
                timestamp(self._clock.tick()), read_id("u", user["id"]),
            ),
        )  # fmt: skip
        return self.user(user["account_id"], user["id"]) or {}

    def _seed(self) -> None:
        with self._database.transaction():
            for number, account in enumerate(vocabulary.ACCOUNTS, 1):
                name, domain, plan, street, city, country, vat_rate = account
                address = {"street": street, "city": city, "country": country, "postcode": None}
                features = ["api", "webhooks", "sso"][: 3 - number + 1] if number < 3 else []
                self._database.insert(
                    "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        number, name, domain, plan, 25 * number, 9_007_199_254_740_993 + number, json.dumps(address),
                        vat_rate, json.dumps(features), f"2025-1{number - 1}-01T08:00:00Z",
                    ),
                )  # fmt: skip
            preferences = json.dumps({"locale": "en", "newsletter": True, "timezone": "Europe/London"})
            self._database.fill(
                "INSERT INTO users (account_id, name, email, role, phone, preferences, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (u.account_id, u.name, u.email, u.role, u.phone, preferences, u.created_at, u.created_at)
                    for u in world.users()
                ],
            )


def _where(wanted: UserFilter) -> tuple[str, tuple[Any, ...]]:
    clauses, parameters = ["account_id = ?"], [wanted.account_id]
    if wanted.role is not None:
        clauses.append("role = ?")
        parameters.append(wanted.role)
    if wanted.q is not None:
        clauses.append("(casefold(name) LIKE ? ESCAPE '!' OR email LIKE ? ESCAPE '!')")
        parameters += [contains(wanted.q)] * 2
    if wanted.ids is not None:
        numbers = ", ".join(str(read_id("u", one)) for one in wanted.ids)
        clauses.append(f"number IN ({numbers})")
    return " AND ".join(clauses), tuple(parameters)


def _account(row: sqlite3.Row) -> Record:
    return {
        "id": write_id("a", row["number"]),
        "name": row["name"],
        "domain": row["domain"],
        "plan": row["plan"],
        "seats": row["seats"],
        "ledger_no": row["ledger_no"],
        "address": json.loads(row["address"]),
        "vat_rate": row["vat_rate"],
        "features": json.loads(row["features"]),
        "created_at": row["created_at"],
    }


def _user(row: sqlite3.Row) -> Record:
    return {
        "id": write_id("u", row["number"]),
        "account_id": row["account_id"],
        "name": row["name"],
        "email": row["email"],
        "role": row["role"],
        "phone": row["phone"],
        "preferences": json.loads(row["preferences"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
