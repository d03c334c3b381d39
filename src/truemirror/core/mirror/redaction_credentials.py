"""Secrets in the fields that exist to carry them: Authorization, Cookie, Set-Cookie, WWW-Authenticate.

Rules: what is not secret stays readable: schemes, user names, realms, names and attributes of cookies. Parts of a
credential that are made anew for each request (signatures, nonces of the client's) are marked as such, because no
later request can bring them again.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, Kind, RedactionPolicy, cookie_tells
from truemirror.core.mirror.redaction_shapes import is_nothing, is_plain_cookie, looks_like_key
from truemirror.core.mirror.redaction_spots import NOWHERE, Box, Place, Spot, Why

_LEAST_COOKIE = 8
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,23}(?= )")
_PARAMETER = re.compile(r"([\w-]+)=(?:\"([^\"]*)\"?|([^,\s\"]+))")
_PARAMETERS = re.compile(r"[\w-]+=(?:\"|[^=,\s]+,)")
_ONCE = frozenset(
    {"response", "rspauth", "cnonce", "nonce", "nc", "opaque", "signature", "mac", "ts", "timestamp"}
    | {"oauth_signature", "oauth_nonce", "oauth_timestamp"}
)
_GIVEN = frozenset({"nonce", "nextnonce", "opaque"})
_PUBLIC = frozenset(
    {"username", "realm", "uri", "algorithm", "qop", "keyid", "key_id", "headers", "signedheaders", "version"}
    | {"oauth_version", "oauth_signature_method", "oauth_callback", "client", "id", "app", "dlg", "hash", "userhash"}
    | {"created", "expires"}
)
_COOKIE = re.compile(r"([^=;\s][^=;]*)=\s*(\"?)([^;]*?)\2\s*(?=;|\Z)")


def authorization_places(value: str) -> tuple[Place, ...]:
    """Where a value of Authorization holds its secrets."""
    found = _SCHEME.match(value)
    if not found or looks_like_key(found[0]):
        return _whole(value, 0)
    rest = value[found.end() :].lstrip(" ")
    start = len(value) - len(rest)
    scheme = found[0].lower()
    if scheme == "basic":
        return basic_places(rest.rstrip(" "), start) or _whole(rest, start)
    if scheme not in ("bearer", "negotiate", "ntlm") and (scheme == "digest" or _PARAMETERS.match(rest)):
        return tuple(_parameters(value, start))
    return _whole(rest, start)


def _whole(text: str, start: int) -> tuple[Place, ...]:
    """All of a text, less the blanks after it."""
    secret = text.rstrip(" ")
    return NOWHERE if is_nothing(secret) else (Spot(start, start + len(secret), secret, Why.NAME),)


def basic_places(encoded: str, start: int) -> tuple[Place, ...]:
    """A user's password; the user's name itself when it is a key or stands alone (RFC 7617). None when not Basic."""
    try:
        plain = base64.b64decode(encoded, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return NOWHERE
    user, colon, password = plain.partition(":")
    spots: list[Place] = []
    if colon and user and (not password or looks_like_key(user)):
        spots.append(Spot(0, len(user), user, Why.NAME))
    if password:
        spots.append(Spot(len(user) + 1, len(plain), password, Why.NAME))
    return (Box(start, start + len(encoded), plain, tuple(spots), _encode),) if spots else NOWHERE


def _encode(plain: str) -> str:
    """Standard base64, as Basic wants it."""
    return base64.b64encode(plain.encode("utf-8", "surrogateescape")).decode()


def _parameters(value: str, start: int) -> Iterator[Place]:
    """The secrets among `name=value` pairs, as Digest, OAuth 1, AWS and Hawk write them."""
    for found in _PARAMETER.finditer(value, start):
        group = 2 if found[3] is None else 3
        name, text, begin, end = found[1].lower(), found[group], found.start(group), found.end(group)
        if name == "credential":
            yield from _scoped(text, begin)
        elif not text or name in _PUBLIC:
            continue
        elif name in _ONCE:
            yield Spot(begin, end, text, Why.ONCE)
        elif DEFAULT_POLICY.kind(name) not in (Kind.OTHER, Kind.IDENTIFIER):
            yield Spot(begin, end, text, Why.NAME)


def _scoped(text: str, start: int) -> Iterator[Place]:
    """The key and the day of `key/day/region/service/aws4_request`."""
    key, _, scope = text.partition("/")
    if key:
        yield Spot(start, start + len(key), key, Why.NAME)
    day = scope.partition("/")[0]
    if day.isdigit():
        yield Spot(start + len(key) + 1, start + len(key) + 1 + len(day), day, Why.ONCE)


def challenge_places(value: str) -> tuple[Place, ...]:
    """What a server gives a client to answer with: nonces, and the tokens of Negotiate and NTLM."""
    scheme, blank, rest = value.partition(" ")
    if blank and scheme.lower() in ("negotiate", "ntlm"):
        return _whole(rest, len(scheme) + 1)
    places: list[Place] = []
    for found in _PARAMETER.finditer(value):
        group = 2 if found[3] is None else 3
        name = found[1].lower()
        if found[group] and (name in _GIVEN or name in _ONCE):
            why = Why.NAME if name in _GIVEN else Why.ONCE
            places.append(Spot(found.start(group), found.end(group), found[group], why))
    return tuple(places)


def why_cookie(name: str, value: str, policy: RedactionPolicy = DEFAULT_POLICY) -> Why | None:
    """Why a cookie's value is a secret, None when it is not."""
    kind = policy.kind(name)
    if kind is Kind.KEPT or is_nothing(value):
        return None
    if kind in (Kind.SECRET, Kind.SECRET_TEXT) or cookie_tells(name):
        return None if value in ("0", "1") else Why.NAME
    return None if len(value) < _LEAST_COOKIE or is_plain_cookie(value) else Why.POSITION


def cookie_places(value: str, policy: RedactionPolicy = DEFAULT_POLICY) -> tuple[Place, ...]:
    """The secrets of a Cookie header (RFC 6265 §4.2)."""
    places: list[Place] = []
    for found in _COOKIE.finditer(value):
        why = why_cookie(found[1].rstrip(), found[3], policy)
        if why:
            places.append(Spot(found.start(3), found.end(3), found[3], why))
    return tuple(places)


def set_cookie_places(value: str, policy: RedactionPolicy = DEFAULT_POLICY) -> tuple[Place, ...]:
    """The secret of a Set-Cookie header (RFC 6265 §4.1): its value; attributes are none."""
    return cookie_places(value.partition(";")[0], policy)
