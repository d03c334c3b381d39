"""The bodies that core accepts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crm.common.negotiation import RequestBody, shaped

ROLES = ("owner", "member", "viewer")
Role = Literal["owner", "member", "viewer"]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Email = Annotated[str, Field(max_length=254), shaped(r"[^@\s]+@[^@\s]+", "ada@northwind.example")]
Phone = Annotated[str, Field(max_length=40), shaped(r"\+?[0-9 ()-]{3,}", "+44 20 7946 0001")]


class Preferences(RequestBody):
    """How a user likes to see the CRM; what is left out stays as it is."""

    locale: Annotated[str, shaped(r"[a-z]{2}(-[A-Z]{2})?", "en-GB")] = "en"
    newsletter: bool = False
    timezone: Annotated[str, Field(min_length=1, max_length=60)] = "UTC"


class NewUser(RequestBody):
    """A user to add."""

    name: Name
    email: Email
    role: Role = "member"
    phone: Phone | None = None
    preferences: Preferences = Preferences()


class UserChange(RequestBody):
    """The fields of a user to change; what is left out stays as it is."""

    name: Name = "-"
    role: Role = "member"
    phone: Phone | None = None
    preferences: Preferences = Preferences()
