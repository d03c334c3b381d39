"""Stand-ins: what is stored in place of a secret.

A secret that a client brought becomes a stand-in made from a one-way hash of it, so that today's request with the same
secret is recognised without the mirror knowing it. A secret that the service handed out becomes a stand-in made from
its place (the request that got it), so that recording again changes no line; a mirror hands it out and takes it back.

Rules: a stand-in keeps the shape of what it replaces (UUID, hexadecimal, number, JWT, prefixed token) and carries a
mark, so that it is its own stand-in. It consists of letters, digits, `-`, `_` and `.`, so it needs no escapes anywhere.
A secret that could be guessed (short, few kinds of characters) leaves only 12 bits of its hash behind: one wrong guess
in 4,096 looks right, so a long list of guesses cannot be sorted out by it. A number of a few digits is hidden from the
eye, not from someone who tries them all.
"""

import hashlib
import re
from functools import lru_cache

from truemirror.core.mirror.redaction_credentials import authorization_places, why_cookie
from truemirror.core.mirror.redaction_jwt import IS_JWT, without_secrets
from truemirror.core.mirror.redaction_shapes import is_number, is_uuid, looks_like_key
from truemirror.core.mirror.redaction_spots import Why, render
from truemirror.core.wire.headers import Headers

MARK = "7e57ab1e"
"""What every stand-in carries: hexadecimal, so that it fits into all shapes; it reads "testable"."""
DIGIT_MARK = "73573573"
"""The mark of stand-ins that may hold digits only."""
ONCE_STAND_IN = MARK + "00000000"
"""What stands for parts of a credential that are made anew for each request, so that the next request is the same."""

CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token"}
    | {"x-csrf-token", "x-xsrf-token", "x-amz-security-token", "x-goog-api-key", "x-session-token", "x-session-id"}
    | {"private-token", "x-vault-token", "x-shopify-access-token", "ocp-apim-subscription-key"}
)
"""Header fields whose whole value is a credential."""

_HEX = re.compile(r"[0-9a-f]{8,}\Z", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:(?:access|api|apikey|at|auth|bot|dev|gh[pousr]|github|glpat|id|key|live|npm|pat|pk|prod|pypi|refresh|rk|rt|"
    r"secret|sess|session|shpat|sid|sk|test|tok|token|v[0-9]|whsec|xapp|xox[a-z])[_-]){1,3}(?=[A-Za-z0-9+/=_.-]{6,}\Z)"
)
"""Beginnings that say what kind of token it is, and nothing of the token."""
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_GUESSABLE_BITS = 12
_LONGEST = 96
_WITHIN = 30
"""A mark stands among the first characters, after a prefix at most."""


def is_stand_in(text: str) -> bool:
    """Whether a text is a stand-in already."""
    if MARK in text[:_WITHIN]:
        return True
    if text.startswith(DIGIT_MARK):
        return is_number(text)
    return text.startswith("eyJ") and text.rpartition(".")[2].startswith(MARK) and bool(IS_JWT.match(text))


@lru_cache(maxsize=65_536)
def stand_in(secret: str) -> str:
    """The stand-in for a secret that a client brought; a stand-in is its own."""
    if not secret or is_stand_in(secret):
        return secret
    digest = _hash(b"brought", secret)
    if IS_JWT.match(secret):
        signature = _fill(digest, MARK, 43)
        token = without_secrets(secret, signature, lambda _name, value: stand_in(value), lasting=False)
        if token:
            return token
    if not _is_strong(secret):
        digest = _hash(b"guessed", str(digest >> (256 - _GUESSABLE_BITS)))
    return _shape(secret, digest)


def issued_stand_in(secret: str, place: str) -> str:
    """The stand-in for the secret that the service handed out at a place; the same for whatever is handed out there."""
    if not secret or is_stand_in(secret):
        return secret
    digest = _hash(b"issued", place)
    if IS_JWT.match(secret):
        signature = _fill(digest, MARK, 43)
        token = without_secrets(
            secret,
            signature,
            lambda name, value: value if is_stand_in(value) else _shape(value, _hash(b"issued", f"{place}\0{name}")),
            lasting=True,
        )
        if token:
            return token
    return _shape(secret, digest)


def _hash(purpose: bytes, text: str) -> int:
    """A one-way hash of 256 bits; the purpose keeps brought and issued stand-ins apart."""
    hasher = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32, person=b"tm1" + purpose)
    return int.from_bytes(hasher.digest(), "big")


def _is_strong(secret: str) -> bool:
    """Whether guessing is hopeless: long, and of several kinds of characters, or plain chance."""
    return (len(secret) >= 20 and len(set(secret)) >= 10) or looks_like_key(secret)


def _shape(secret: str, number: int) -> str:
    """A text of the secret's shape, filled from a number."""
    if is_uuid(secret):
        tail = f"{number:024x}"[-24:]
        return f"{MARK}-{tail[:4]}-4{tail[5:8]}-8{tail[9:12]}-{tail[12:]}"
    if is_number(secret):
        return DIGIT_MARK + f"{number:030d}"[-max(4, min(len(secret), 30) - len(DIGIT_MARK)) :]
    if _HEX.match(secret):
        return MARK + f"{number:064x}"[-max(8, min(len(secret), 64) - len(MARK)) :]
    prefix = _PREFIX.match(secret)
    kept = prefix[0] if prefix else ""
    return kept + _fill(number, MARK, min(len(secret) - len(kept), _LONGEST))


def _fill(number: int, start: str, length: int) -> str:
    """`start` followed by the number in base 36, to a length of at least five more characters."""
    wanted = max(5, length - len(start))
    digits: list[str] = []
    while len(digits) < wanted:
        number, rest = divmod(number, 36)
        digits.append(_ALPHABET[rest])
    return start + "".join(digits)


def stand_in_authorization(value: str) -> str:
    """An Authorization value with its secrets replaced: the scheme, and for Basic the user's name, stay readable."""
    return render(value, authorization_places(value), stand_in_for)


def stand_in_for(secret: str, why: Why) -> str:
    """The stand-in for a secret that a client brought, or for a part of a credential that it will not bring again."""
    if why is Why.ONCE and not is_stand_in(secret):
        return ONCE_STAND_IN
    return stand_in(secret)


def cookie_pairs(value: str) -> tuple[tuple[str, str], ...]:
    """Names and values of a Cookie header (RFC 6265 §4.2)."""
    pairs = []
    for piece in value.split(";"):
        name, _, text = piece.strip().partition("=")
        if name:
            pairs.append((name, text))
    return tuple(pairs)


def credential_class(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Who is asking, as stand-ins: nothing, or each credential's name and stand-in, in order of names.

    Cookies that are no credentials (a locale, a short word) count as what they say.
    """
    found: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower == "cookie":
            found.extend((f"cookie:{key}", _cookie(key, text.strip('"'))) for key, text in cookie_pairs(value))
        elif lower in ("authorization", "proxy-authorization"):
            found.append((lower, stand_in_authorization(value)))
        elif lower in CREDENTIAL_HEADERS:
            found.append((lower, stand_in(value)))
    found.sort()
    return tuple(found)


def _cookie(name: str, value: str) -> str:
    """A cookie's value, or its stand-in."""
    return stand_in(value) if why_cookie(name, value) else value
