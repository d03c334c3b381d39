"""What a key looks like: the kinds of data that are used as keys of maps, and the languages among them.

Rules: a kind is told from all keys of a place at once; a kind whose keys could also be names of attributes needs
several keys.
"""

import re
from collections.abc import Collection

_LANGUAGES = """
    af ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy is it ja ka kk km ko lt lv mk ml
    mn mr ms mt nb ne nl nn pa pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""Codes of languages that hardly anybody calls an attribute by."""

_CURRENCIES = """
    AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KZT MAD MXN MYR NGN
    NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR BTC ETH
"""
CURRENCIES = frozenset(_CURRENCIES.split())

_KINDS = {
    "number": re.compile(r"-?\d+\Z"),
    "date": re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:[Tt ][\d:.]+(?:[Zz]|[+-]\d\d:?\d\d)?)?\Z"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z"),
    "hex": re.compile(r"(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}\Z"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z"),
    "url": re.compile(r"https?://\S+\Z"),
    "path": re.compile(r"/\S*\Z"),
}
_LOCALE = re.compile(r"([a-z]{2})(?:[-_][A-Za-z]{2,4})?\Z")
_PREFIXED = re.compile(r"([A-Za-z]{2,12}[_-])(?=[A-Za-z]*\d)[A-Za-z0-9]{4,}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_FEWEST_CODES, _FEWEST_COUNTRIES = 2, 3


def kind_of_keys(keys: Collection[str]) -> str:
    """What all keys are: number, date, uuid, hex, email, url, path, locale, currency, country or id; empty if unclear.

    The data kinds may be mixed; `data` is said then.
    """
    if not keys:
        return ""
    kinds = {_kind(key) for key in keys}
    if "" not in kinds:
        return kinds.pop() if len(kinds) == 1 else "data"
    if len(keys) < _FEWEST_CODES:
        return ""
    locales = [found[1] in LANGUAGES for key in keys if (found := _LOCALE.match(key))]
    if len(locales) == len(keys) and sum(locales) >= _FEWEST_CODES and sum(locales) * 2 > len(keys):
        return "locale"
    if all(key in CURRENCIES for key in keys):
        return "currency"
    if len(keys) >= _FEWEST_COUNTRIES and all(_COUNTRY.match(key) for key in keys):
        return "country"
    prefixes = {found[1] if (found := _PREFIXED.match(key)) else "" for key in keys}
    return "id" if len(prefixes) == 1 and "" not in prefixes else ""


def _kind(key: str) -> str:
    """The kind of one key that can be nothing but data; empty for all that could be a name."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.match(key)), "")


_ODD = re.compile(r"[^@$#_].*[/\s]|[^\w@$#]")


def is_odd(key: str) -> bool:
    """Whether nobody would call an attribute so: a blank or a slash is in it, or it begins with a sign (`+1`, 👍)."""
    return bool(_ODD.match(key))
