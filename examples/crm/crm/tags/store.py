"""What tags keeps: which label is on which subject."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from crm.common.clock import Clock, timestamp
from crm.common.database import Database
from crm.common.ids import read_id, write_id
from crm.common.pagination import Page
from crm.seed import world
from crm.tags.models import NewTag

SCHEMA = """
CREATE TABLE IF NOT EXISTS tags (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, subject TEXT NOT NULL, label TEXT NOT NULL,
    colour TEXT NOT NULL, created_by TEXT NOT NULL, created_at TEXT NOT NULL,
    UNIQUE (account_id, subject, label)
);
"""
_INSERT = "INSERT INTO tags (account_id, subject, label, colour, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)"
Record = dict[str, Any]


class TagStore:
    """Reads and writes the database of tags."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        if not database.number("SELECT count(*) FROM sqlite_sequence WHERE name = 'tags'"):
            self._seed()

    def tag(self, account_id: str, tag_id: str) -> Record | None:
        """Return a tag of an account."""
        row = self._database.first(
            "SELECT * FROM tags WHERE number = ? AND account_id = ?", (read_id("t", tag_id), account_id)
        )
        return None if row is None else _tag(row)

    def tags(self, account_id: str, subject: str, page: Page) -> tuple[list[Record], int]:
        """Return one page of the tags on a subject, and how many there are."""
        wanted = (account_id, subject)
        total = self._database.number("SELECT count(*) FROM tags WHERE account_id = ? AND subject = ?", wanted)
        rows = self._database.all(
            "SELECT * FROM tags WHERE account_id = ? AND subject = ? ORDER BY number LIMIT ? OFFSET ?",
            (*wanted, page.limit, page.offset),
        )
        return [_tag(row) for row in rows], total

    def search(self, account_id: str, subjects: Sequence[str]) -> list[Record]:
        """Return all tags on any of the subjects."""
        marks = ", ".join("?" for _ in subjects)
        rows = self._database.all(
            f"SELECT * FROM tags WHERE account_id = ? AND subject IN ({marks}) ORDER BY number",
            (account_id, *subjects),
        )
        return [_tag(row) for row in rows]

    def is_on(self, account_id: str, subject: str, label: str) -> bool:
        """Tell whether a subject carries a label."""
        return bool(
            self._database.number(
                "SELECT count(*) FROM tags WHERE account_id = ? AND subject = ? AND label = ?",
                (account_id, subject, label),
            )
        )

    def add(self, account_id: str, author: str, tag: NewTag) -> Record:
        """Put a tag on a subject and return it."""
        now = timestamp(self._clock.tick())
        number = self._database.insert(_INSERT, (account_id, tag.subject, tag.label, tag.colour, author, now))
        return self.tag(account_id, write_id("t", number)) or {}

    def remove(self, account_id: str, tag_id: str) -> bool:
        """Take a tag away and tell whether it was there."""
        gone = self._database.change(
            "DELETE FROM tags WHERE number = ? AND account_id = ?", (read_id("t", tag_id), account_id)
        )
        if gone:
            self._clock.tick()
        return bool(gone)

    def _seed(self) -> None:
        with self._database.transaction():
            self._database.fill(
                _INSERT,
                [(t.account_id, t.subject, t.label, t.colour, t.created_by, t.created_at) for t in world.tags()],
            )


def _tag(row: sqlite3.Row) -> Record:
    return {
        "id": write_id("t", row["number"]),
        "subject": row["subject"],
        "label": row["label"],
        "colour": row["colour"],
        "created_by": row["created_by"],
        "created_at": row["created_at"],
    }
