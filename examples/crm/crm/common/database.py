"""The database of one service: a file of SQLite, opened once per process."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Parameters = Sequence[Any]


class Database:
    """A connection with just the calls the stores need.

    Calls are synchronous on purpose: the files are small and local, a query takes microseconds,
    and a handler that does not await between two statements cannot be interleaved with another.
    """

    def __init__(self, path: Path, schema: str, *, passing: bool = False) -> None:
        self._path = path
        self._passing = passing
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function("casefold", 1, _casefold, deterministic=True)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(schema)

    def all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def first(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Return the first row of a query, if there is one."""
        row: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def number(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the single whole number that a query computes."""
        row = self.first(sql, parameters)
        return int(row[0]) if row is not None else 0

    def change(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement and return how many rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Insert a row and return its number."""
        return self._connection.execute(sql, parameters).lastrowid or 0

    def fill(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Insert many rows."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside one change: all of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    async def aclose(self) -> None:
        """Close the connection, and remove a database that was not meant to stay."""
        self._connection.close()
        if self._passing:
            shutil.rmtree(self._path.parent, ignore_errors=True)


def open_database(folder: Path | None, service: str, schema: str) -> Database:
    """Open the database of a service in `folder`, or in a temporary one that ends with the service."""
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix=f"crm-{service}-"))
        # For processes that end without a shutdown; after a signal it is the shutdown that cleans up.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return Database(folder / f"{service}.sqlite", schema, passing=True)
    folder.mkdir(parents=True, exist_ok=True)
    return Database(folder / f"{service}.sqlite", schema)


def contains(text: str) -> str:
    """Return a LIKE pattern, to be used with ESCAPE '!', for rows that contain `text`."""
    escaped = text.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _casefold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
