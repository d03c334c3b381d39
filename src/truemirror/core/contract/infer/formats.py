"""Formats that texts may have, recognised more narrowly than validators check them.

Rules: what is recognised here every validator accepts; a stand-in has no format, since nobody knows what it stands for.
"""

import re
from datetime import date
from typing import Final

MONEY: Final = r"^-?\d+\.\d{2}$"
"""What amounts of money look like; kept as evidence, never enforced."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_ATOM = r"[A-Za-z0-9_+-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+\Z")
_URL_PART = r"(?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_URI = re.compile(
    rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:/{_URL_PART})?(?:\?{_URL_PART})?(?:#{_URL_PART})?\Z"
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}\Z")
_MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}\Z")
_LONGEST_LOCAL, _LONGEST_EMAIL = 64, 254


def format_of(text: str) -> str:
    """The format that a text has; empty for none."""
    if _UUID.match(text):
        return "uuid"
    if found := _DATE.match(text):
        return _dated(text, found)
    if "@" in text:
        fits = _EMAIL.match(text) and len(text) <= _LONGEST_EMAIL and text.index("@") <= _LONGEST_LOCAL
        return "email" if fits else ""
    if "://" in text:
        return "uri" if _URI.match(text) else ""
    return "ipv4" if _IPV4.match(text) else ""


def _dated(text: str, found: re.Match[str]) -> str:
    """date or date-time, for a text that begins like one."""
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return ""
    rest = text[found.end() :]
    if not rest:
        return "date"
    return "date-time" if _TIME.match(rest) else ""


def is_money(text: str) -> bool:
    """Whether a text looks like an amount of money."""
    return bool(_MONEY.match(text))
