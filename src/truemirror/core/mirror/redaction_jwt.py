"""JSON Web Tokens without their secrets, still readable by a client that looks into them.

Rules: a client may need to know who and what a token is for, so public claims stay; everything that could identify the
token itself, or hide a secret, does not. What stays is decided by the claim's name and looks alone, so that the same
token always becomes the same text. A token that is made anew each time (because the service hands it out) also gets
fixed times: it was issued long ago and is valid for long, so that a recording does not expire.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, Kind
from truemirror.core.mirror.redaction_shapes import (
    LEAST_UNIQUE,
    is_number,
    is_uuid,
    is_words,
    looks_like_key,
    shape_spots,
    unpadded,
)

IS_JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*\Z", re.ASCII)
_HEAD = frozenset({"alg", "typ", "kid", "cty"})
_FRESH = frozenset(
    {"jti", "sid", "nonce", "at_hash", "c_hash", "s_hash", "session_state", "uti", "rh", "aio", "cnf", "jwk", "sub_jwk"}
)
_PUBLIC = frozenset(
    {"iss", "aud", "sub", "azp", "appid", "client_id", "scope", "scp", "typ", "ver", "amr", "acr", "role", "roles"}
    | {"groups", "permissions", "email", "upn", "unique_name", "preferred_username", "nickname", "name", "given_name"}
    | {"family_name", "locale", "zoneinfo", "tid", "oid", "org", "organization", "tenant", "realm_access"}
)
_TIMES = {"iat": 1577836800, "nbf": 1577836800, "auth_time": 1577836800, "exp": 4102444800}
"""The first days of 2020 and of 2100."""
_ADDRESS = re.compile(r"(?:https?://|urn:)[\w./:-]+\Z|[\w.+-]+@[\w-]+(?:\.[\w-]+)+\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?\Z")


def without_secrets(token: str, signature: str, stand: Callable[[str, str], str], *, lasting: bool) -> str | None:
    """The token with another signature, its claims cleaned; None when it is no token after all.

    `stand` gives the stand-in for a claim's value, by the claim's name; `lasting` fixes the times.
    """
    first, second, proof = token.split(".", 2)
    head, claims = _read(first), _read(second)
    if head is None or claims is None:
        return None
    plain = {name: value for name, value in head.items() if name in _HEAD and _is_plain(value)}
    cleaned = {name: _clean(name, value, stand, lasting=lasting) for name, value in claims.items()}
    if not proof:  # without a signature all of the token would stay, and begin its own stand-in
        cleaned["jti"] = signature
    kept_head = first if plain == head else _write(plain)
    kept_claims = second if cleaned == claims else _write(cleaned)
    return f"{kept_head}.{kept_claims}.{signature}"


def _clean(name: str, value: Any, stand: Callable[[str, str], str], *, lasting: bool) -> Any:
    """One claim, or what is in it."""
    if isinstance(value, dict):
        return {key: _clean(key, one, stand, lasting=lasting) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(name, one, stand, lasting=lasting) for one in value]
    if isinstance(value, str):
        return value if _may_stay(name, value) else stand(name, value)
    return _TIMES.get(name, value) if lasting else value


def _may_stay(name: str, value: str) -> bool:
    """Whether a text in a claim is public."""
    kind = DEFAULT_POLICY.kind(name)
    if name in _FRESH or kind not in (Kind.OTHER, Kind.IDENTIFIER):
        return False
    if next(shape_spots(value), None) or (looks_like_key(value) and kind is Kind.OTHER):
        return False
    if name in _PUBLIC or kind is Kind.IDENTIFIER or len(value) < LEAST_UNIQUE:
        return True
    return is_words(value) or is_uuid(value) or is_number(value) or bool(_ADDRESS.match(value) or _DATE.match(value))


def _is_plain(value: Any) -> bool:
    """Whether a value of the head is short and hides nothing."""
    return isinstance(value, str) and len(value) <= 128 and next(shape_spots(value), None) is None


def _read(part: str) -> dict[str, Any] | None:
    """A part of a token as the object that it says."""
    try:
        value = json.loads(base64.b64decode(unpadded(part), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _write(value: dict[str, Any]) -> str:
    """An object as a part of a token (RFC 7515 §2)."""
    plain = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()
