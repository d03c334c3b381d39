"""The reference system as its suites know it: people, passwords from its manual, and the day it lives in."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

CLOCK = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When the reference system's day begins, in recordings and in suites alike."""

ADA, VIC, LENA = "ada@northwind.example", "vic@northwind.example", "lena@northwind.example"
PASSWORDS = {ADA: "demo-ada", VIC: "demo-vic", LENA: "demo-lena"}

Service = Callable[..., httpx.Client]
"""Starts a service in this process."""
LogIn = Callable[..., dict[str, str]]
"""Logs somebody in."""
