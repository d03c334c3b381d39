"""Query parameters, and the page of a collection that they ask for."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from starlette.datastructures import QueryParams

from crm.common.errors import Detail, validation_failed

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100
LARGEST_OFFSET = 1_000_000
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a collection is wanted."""

    limit: int
    offset: int


class Query:
    """Reads query parameters and collects what is wrong with them, so that the caller learns it all at once."""

    def __init__(self, params: QueryParams) -> None:
        self._params = params
        self._details: list[Detail] = []

    def text(self, name: str) -> str | None:
        """Return a parameter as it was sent; an empty one counts as absent."""
        return self._params.get(name) or None

    def required(self, name: str) -> str:
        """Return a parameter that must be there."""
        value = self.text(name)
        if value is None:
            self._refuse(name, "missing", "This parameter is required.")
        return value or ""

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between `least` and `most`."""
        text = self.text(name)
        if text is None:
            return default
        if not _INTEGER.fullmatch(text):
            self._refuse(name, "int_parsing", "Should be a whole number.")
        elif not least <= int(text) <= most:
            self._refuse(name, "out_of_range", f"Should be between {least} and {most}.")
        else:
            return int(text)
        return default

    def cents(self, name: str) -> int | None:
        """Return an amount of money in cents."""
        text = self.text(name)
        if text is None:
            return None
        if not _MONEY.fullmatch(text):
            self._refuse(name, "money_parsing", "Should be an amount such as 1299.00.")
            return None
        return int(Decimal(text) * 100)

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """Return one of the allowed values."""
        text = self.text(name)
        if text is not None and text not in allowed:
            self._refuse(name, "unknown", f"Should be one of: {', '.join(allowed)}.")
            return None
        return text

    def many(self, name: str, most: int) -> tuple[str, ...] | None:
        """Return the values of a list that is separated by commas."""
        text = self.text(name)
        if text is None:
            return None
        values = tuple(text.split(","))
        if len(values) > most:
            self._refuse(name, "too_long", f"Should name at most {most}.")
        return values

    def page(self) -> Page:
        """Return the page that `limit` and `offset` ask for."""
        limit = self.integer("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT)
        return Page(limit, self.integer("offset", 0, 0, LARGEST_OFFSET))

    def check(self) -> None:
        """Refuse the request if anything read so far was wrong."""
        if self._details:
            raise validation_failed(self._details)

    def _refuse(self, name: str, code: str, message: str) -> None:
        self._details.append(Detail(name, code, message))
