"""What auth keeps: credentials, sessions, and failed log-ins."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.common.clock import Clock, parse_timestamp, timestamp
from crm.common.database import Database
from crm.seed import world

SCHEMA = """
CREATE TABLE IF NOT EXISTS credentials (
    user_id TEXT PRIMARY KEY, account_id TEXT NOT NULL, email TEXT NOT NULL UNIQUE, salt BLOB NOT NULL,
    password BLOB NOT NULL, scopes TEXT NOT NULL, locked INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES credentials, expires_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS failures (email TEXT NOT NULL, failed_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS failures_by_email ON failures (email, failed_at);
"""
SESSION_LENGTH = timedelta(hours=8)
FAILURE_WINDOW = timedelta(minutes=15)
# A stand-in for the salt of users that do not exist, so that they take as long to refuse.
_NO_SALT = b"\0" * 16


@dataclass(frozen=True, slots=True)
class Credential:
    """A user as auth knows them."""

    user_id: str
    account_id: str
    scopes: tuple[str, ...]
    locked: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A token's owner and its end."""

    user_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_at: str


class AuthStore:
    """Reads and writes the database of auth."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        if not database.number("SELECT count(*) FROM credentials"):
            self._seed()

    def check(self, email: str, password: str) -> Credential | None:
        """Return the user with this email if the password is right."""
        row = self._database.first("SELECT * FROM credentials WHERE email = ?", (email.casefold(),))
        given = _hash(password, row["salt"] if row is not None else _NO_SALT)
        if row is None or not hmac.compare_digest(given, row["password"]):
            return None
        return Credential(row["user_id"], row["account_id"], tuple(row["scopes"].split()), bool(row["locked"]))

    def open_session(self, user: Credential) -> tuple[str, Session]:
        """Start a session and return its token, which is not kept in the clear."""
        token = f"tok_{secrets.token_urlsafe(24)}"
        expires_at = timestamp(self._clock.tick() + SESSION_LENGTH)
        self._database.insert(
            "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, ?)",
            (_fingerprint(token), user.user_id, expires_at),
        )
        return token, Session(user.user_id, user.account_id, user.scopes, expires_at)

    def session(self, token: str) -> Session | None:
        """Return the session that a token belongs to, unless it has ended."""
        row = self._database.first(
            "SELECT user_id, account_id, scopes, expires_at FROM sessions JOIN credentials USING (user_id)"
            " WHERE token_hash = ? AND expires_at > ? AND NOT locked",
            (_fingerprint(token), timestamp(self._clock.now())),
        )
        if row is None:
            return None
        return Session(row["user_id"], row["account_id"], tuple(row["scopes"].split()), row["expires_at"])

    def close_session(self, token: str) -> None:
        """End a session."""
        self._clock.tick()
        self._database.change("DELETE FROM sessions WHERE token_hash = ?", (_fingerprint(token),))

    def note_failure(self, email: str) -> None:
        """Remember that someone failed to log in as this email."""
        self._database.insert(
            "INSERT INTO failures (email, failed_at) VALUES (?, ?)", (email.casefold(), timestamp(self._clock.tick()))
        )

    def forget_failures(self, email: str) -> None:
        """Forget the failures of this email, after a log-in that worked."""
        self._database.change("DELETE FROM failures WHERE email = ?", (email.casefold(),))

    def failures(self, email: str) -> list[datetime]:
        """Return when log-ins as this email failed lately, oldest first."""
        since = timestamp(self._clock.now() - FAILURE_WINDOW)
        rows = self._database.all(
            "SELECT failed_at FROM failures WHERE email = ? AND failed_at > ? ORDER BY failed_at",
            (email.casefold(), since),
        )
        return [parse_timestamp(row["failed_at"]) for row in rows]

    def seconds_until(self, moment: datetime) -> int:
        """Return how many seconds there are until `moment`, at least one."""
        return max(1, int((moment - self._clock.now()).total_seconds()))

    def _seed(self) -> None:
        with self._database.transaction():
            for user in world.users():
                salt = secrets.token_bytes(16)
                self._database.insert(
                    "INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        user.id, user.account_id, user.email, salt, _hash(user.password, salt),
                        " ".join(user.scopes), user.locked,
                    ),
                )  # fmt: skip


def _hash(password: str, salt: bytes) -> bytes:
    # Cheap parameters: this is an example whose passwords are in its README, and it should start at once.
    return hashlib.scrypt(password.encode(), salt=salt, n=256, r=8, p=1, dklen=32)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
