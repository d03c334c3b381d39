"""The seed records themselves, drawn from the vocabulary with a fixed seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from crm.common.clock import timestamp
from crm.common.ids import write_id
from crm.seed import vocabulary as words

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_SCOPES = {
    "owner": ("crm:read", "crm:write", "crm:admin"),
    "member": ("crm:read", "crm:write"),
    "viewer": ("crm:read",),
}


@dataclass(frozen=True, slots=True)
class SeedUser:
    """A user, as auth and core both know them."""

    id: str
    account_id: str
    email: str
    password: str
    name: str
    role: str
    scopes: tuple[str, ...]
    locked: bool
    phone: str | None
    created_at: str


@dataclass(frozen=True, slots=True)
class SeedContact:
    """A person at a customer."""

    id: str
    account_id: str
    name: str
    email: str
    phone: str | None
    company: str
    domain: str
    language: str
    created_at: str


@dataclass(frozen=True, slots=True)
class SeedDeal:
    """Something that may be sold."""

    id: str
    account_id: str
    title: str
    cents: int
    currency: str
    stage_id: str
    owner_id: str
    contact_id: str
    ledger_no: int
    custom: dict[str, str]
    created_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class SeedTag:
    """A label on a deal or a contact."""

    id: str
    account_id: str
    subject: str
    label: str
    colour: str
    created_by: str
    created_at: str


@cache
def users() -> tuple[SeedUser, ...]:
    """Return the users of all accounts."""
    return tuple(_user(number, person) for number, person in enumerate(words.PEOPLE, 1))


@cache
def contacts() -> tuple[SeedContact, ...]:
    """Return the contacts of all accounts."""
    draw = random.Random("contacts")
    return tuple(_contact(number, draw) for number in range(1, 121))


@cache
def deals() -> tuple[SeedDeal, ...]:
    """Return the deals of all accounts."""
    draw = random.Random("deals")
    return tuple(_deal(number, draw) for number in range(1, 201))


@cache
def tags() -> tuple[SeedTag, ...]:
    """Return the tags of all accounts."""
    draw = random.Random("tags")
    found: list[SeedTag] = []
    for deal in deals():
        # Some deals have none, so that an empty list is nothing special.
        for label in draw.sample(words.LABELS, draw.choice((0, 0, 1, 1, 1, 2, 3))):
            found.append(_tag(len(found) + 1, deal.account_id, f"deal:{deal.id}", label, draw))
    for contact in contacts():
        if draw.random() < 0.25:
            label = draw.choice(words.LABELS)
            found.append(_tag(len(found) + 1, contact.account_id, f"contact:{contact.id}", label, draw))
    return tuple(found)


def scopes_of(role: str) -> tuple[str, ...]:
    """Return what a user of this role may do."""
    return _SCOPES[role]


def _user(number: int, person: words.Person) -> SeedUser:
    domain = words.ACCOUNTS[person.account - 1][1]
    return SeedUser(
        id=write_id("u", number),
        account_id=write_id("a", person.account),
        email=f"{person.login}@{domain}",
        password=f"demo-{person.login}",
        name=person.name,
        role=person.role,
        scopes=scopes_of(person.role),
        locked=person.login in words.LOCKED_LOGINS,
        phone=None if number % 4 == 0 else f"+44 117 496 0{number:03}",
        created_at=timestamp(_START + timedelta(hours=number)),
    )


def _account_of(number: int) -> int:
    # Half of the records belong to the first account, so that its lists have several pages.
    return (1, 1, 2, 1, 3, 2)[number % 6]


def _contact(number: int, draw: random.Random) -> SeedContact:
    unusual = number % 20 == 7
    first, last = draw.choice(words.FIRST_NAMES), draw.choice(words.LAST_NAMES)
    company, domain = draw.choice(words.COMPANIES)
    return SeedContact(
        id=write_id("c", number),
        account_id=write_id("a", _account_of(number)),
        name=words.UNUSUAL_NAMES[number // 20 % len(words.UNUSUAL_NAMES)] if unusual else f"{first} {last}",
        email=f"contact{number}@{domain}",
        phone=f"+44 20 7946 0{number:03}" if draw.random() < 0.7 else None,
        company=company,
        domain=domain,
        language=draw.choice(words.LANGUAGES),
        created_at=timestamp(_START + timedelta(days=1, minutes=17 * number)),
    )


def _deal(number: int, draw: random.Random) -> SeedDeal:
    account = _account_of(number)
    account_id = write_id("a", account)
    contact = draw.choice([c for c in contacts() if c.account_id == account_id])
    owner = draw.choice([u for u in users() if u.account_id == account_id and u.role != "viewer" and not u.locked])
    stage_id, _, kind = draw.choice(words.STAGES)
    created = _START + timedelta(days=3, hours=5 * number, seconds=draw.randrange(3600))
    custom = {"region": draw.choice(words.REGIONS), "source": draw.choice(words.SOURCES)}
    return SeedDeal(
        id=write_id("d", number),
        account_id=account_id,
        title=f"{draw.choice(words.PRODUCTS)} for {contact.company}",
        cents=draw.randrange(500, 90_000) * 100 + draw.choice((0, 0, 50, 99)),
        currency=words.CURRENCIES[account],
        stage_id=stage_id,
        owner_id=owner.id,
        contact_id=contact.id,
        ledger_no=9_007_199_254_740_993 + 7_919 * number,
        custom=dict(list(custom.items())[: draw.choice((0, 1, 2))]),
        created_at=timestamp(created),
        closed_at=timestamp(created + timedelta(days=draw.randrange(5, 60))) if kind == "closed" else None,
    )


def _tag(number: int, account_id: str, subject: str, label: tuple[str, str], draw: random.Random) -> SeedTag:
    author = draw.choice([u for u in users() if u.account_id == account_id and u.role != "viewer"])
    return SeedTag(
        id=write_id("t", number),
        account_id=account_id,
        subject=subject,
        label=label[0],
        colour=label[1],
        created_by=author.id,
        created_at=timestamp(_START + timedelta(days=50, minutes=3 * number)),
    )
