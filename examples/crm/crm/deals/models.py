"""The bodies that deals accepts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from crm.common.negotiation import RequestBody, shaped

Text = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(max_length=254), shaped(r"[^@\s]+@[^@\s]+", "ada@northwind.example")]
Phone = Annotated[str, Field(max_length=40), shaped(r"\+?[0-9 ()-]{3,}", "+44 20 7946 0001")]
Money = Annotated[str, shaped(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}", "1299.00")]
Id = Annotated[str, Field(min_length=1, max_length=40)]
Custom = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=40)], Annotated[str, Field(max_length=200)]],
    Field(max_length=20),
]


class Company(RequestBody):
    """Where a contact works."""

    name: Text
    domain: Annotated[str, Field(min_length=1, max_length=253)] | None = None


class NewContact(RequestBody):
    """A contact to add."""

    name: Text
    email: Email
    phone: Phone | None = None
    company: Company | None = None
    language: Annotated[str, shaped(r"[a-z]{2}", "en")] = "en"


class NewDeal(RequestBody):
    """A deal to add; without an owner it belongs to the caller."""

    title: Text
    value: Money
    currency: Literal["EUR", "GBP", "SEK", "USD"] = "EUR"
    contact_id: Id
    stage_id: Id = "lead"
    owner_id: Id | None = None
    custom: Custom = Field(default_factory=dict)


class DealChange(RequestBody):
    """The fields of a deal to change; `version` is the version that the caller has seen."""

    title: Text = "-"
    value: Money = "0.00"
    stage_id: Id = "lead"
    custom: Custom = Field(default_factory=dict)
    version: Annotated[int, Field(ge=1, le=2**53)] = 1


def to_cents(money: str) -> int:
    """Return an amount in cents."""
    return int(Decimal(money) * 100)


def to_money(cents: int) -> str:
    """Write an amount in cents as a decimal string."""
    return f"{cents // 100}.{cents % 100:02}"
