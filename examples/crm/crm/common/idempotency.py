"""Idempotency keys: a repeated request gets the answer of the first one and changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from crm.common.database import Database
from crm.common.errors import Detail, conflict, key_reused, validation_failed
from crm.common.negotiation import RequestBody

SCHEMA = """
CREATE TABLE IF NOT EXISTS idempotency (
    caller TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL,
    fingerprint TEXT NOT NULL, answer TEXT,
    PRIMARY KEY (caller, operation, key)
);
"""
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that carries a key."""

    caller: str
    operation: str
    key: str
    fingerprint: str


class Idempotency:
    """Remembers the answers given under a key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A process that died in the middle of a request leaves a claim that nobody will ever finish.
        self._database.change("DELETE FROM idempotency WHERE answer IS NULL")

    async def once(
        self, request: Request, caller: str, body: RequestBody, act: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Return what `act` answers, running it only the first time that this key is seen."""
        key = request.headers.get("idempotency-key")
        if key is None:
            return await act()
        if not 1 <= len(key) <= _LONGEST_KEY:
            message = f"Should have 1 to {_LONGEST_KEY} characters."
            raise validation_failed([Detail("Idempotency-Key", "length", message)])
        fingerprint = hashlib.sha256(body.model_dump_json(exclude_unset=True).encode()).hexdigest()
        attempt = Attempt(caller, f"{request.method} {request.url.path}", key, fingerprint)
        earlier = self._claim(attempt)
        return earlier if earlier is not None else await self._finish(attempt, act)

    def _claim(self, attempt: Attempt) -> dict[str, Any] | None:
        identity = (attempt.caller, attempt.operation, attempt.key)
        row = self._database.first(
            "SELECT fingerprint, answer FROM idempotency WHERE caller = ? AND operation = ? AND key = ?", identity
        )
        if row is None:
            self._database.insert(
                "INSERT INTO idempotency (caller, operation, key, fingerprint) VALUES (?, ?, ?, ?)",
                (*identity, attempt.fingerprint),
            )
            return None
        if row["fingerprint"] != attempt.fingerprint:
            raise key_reused()
        if row["answer"] is None:
            raise conflict("request_in_progress", "The first request with this Idempotency-Key is still running.")
        answer: dict[str, Any] = json.loads(row["answer"])
        return answer

    async def _finish(self, attempt: Attempt, act: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        where = "caller = ? AND operation = ? AND key = ?"
        identity = (attempt.caller, attempt.operation, attempt.key)
        try:
            answer = await act()
        except BaseException:
            # What failed has changed nothing, so the caller may try again under the same key.
            self._database.change(f"DELETE FROM idempotency WHERE {where}", identity)
            raise
        self._database.change(f"UPDATE idempotency SET answer = ? WHERE {where}", (json.dumps(answer), *identity))
        return answer
