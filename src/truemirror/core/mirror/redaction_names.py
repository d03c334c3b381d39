"""What a name says of its value: a secret, a credential's envelope, an identifier, nothing.

Names of headers, parameters, form fields, cookies and JSON attributes are judged alike, whatever their spelling:
`accessToken`, `access_token`, `Access-Token` and `ACCESS.TOKEN` are the same words. The last words decide, so that
`token_type` and `password_changed_at` are no secrets; words that only qualify (`new_password_confirmation`,
`secret_value`, `password2`) are passed over.

Rules: judging is pure and remembered by name; a person's own names come before ours, and what a person keeps comes
before everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


def _names(text: str) -> frozenset[str]:
    """Names from one text, separated by blanks."""
    return frozenset(text.split())


class Kind(Enum):
    """What a name says of its value."""

    SECRET = 1
    """The value is a secret, whatever it looks like."""
    SECRET_TEXT = 2
    """A text is a secret; a number counts something (`tokens`, `pass`)."""
    CODE = 3
    """The value is a secret when it consists of digits: a PIN, a one-time code, a card's check number."""
    LIKELY = 4
    """The value is a secret when nobody would type it: `key`, `session`, `state`, `signature`."""
    AUTHORIZATION = 5
    """The value is a scheme and a credential."""
    COOKIE = 6
    """The value is a list of cookies."""
    SET_COOKIE = 7
    """The value is one cookie with its attributes."""
    CHALLENGE = 8
    """The value asks for credentials and may hold a nonce."""
    IDENTIFIER = 9
    """The value may look random and is no secret: an id, a hash, a cursor, an address."""
    KEPT = 10
    """A person said that the value is no secret, whatever it looks like."""
    OTHER = 11
    """The name says nothing."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENVELOPES = {
    "authorization": Kind.AUTHORIZATION,
    "proxyauthorization": Kind.AUTHORIZATION,
    "cookie": Kind.COOKIE,
    "setcookie": Kind.SET_COOKIE,
    "wwwauthenticate": Kind.CHALLENGE,
    "proxyauthenticate": Kind.CHALLENGE,
    "authenticationinfo": Kind.CHALLENGE,
}
_QUALIFIERS = _names(
    "again b64 base64 confirm confirmation confirmed current encoded encrypted hash hashed new old plain "
    "plaintext previous raw repeat salt string text value values verify"
)
_SECRETS = _names(
    "password passwd pwd passphrase passcode secret token jwt bearer credential csrf xsrf csrftoken "
    "csrfmiddlewaretoken xsrftoken sid sessid sessionid sessionkey phpsessid jsessionid apikey accesskey "
    "secretkey privatekey privkey signingkey encryptionkey authkey masterkey sharedkey accountkey subscriptionkey "
    "sessiontoken accesstoken refreshtoken idtoken authtoken clientsecret clientassertion codeverifier "
    "samlresponse samlrequest cardnumber ccnumber creditcard creditcardnumber pan userpass connectionstring "
    "authenticitytoken requestverificationtoken"
)
_SECRET_TEXTS = _names("apikeys credentials jwts pass passwords secrets tokens")
_CODES = _names("pin otp totp cvv cvv2 cvc cvc2 csc mfacode otpcode verificationcode securitycode")
_LIKELY = _names("auth code hmac key keys mac nonce session sig signature state ticket")
_IDENTIFIERS = _names(
    "address algorithm anchor avatar build checksum commit continuation cursor date digest email etag file "
    "filename fingerprint guid hash href icon id identifier ids image integrity last link location logo match "
    "name next number page parent path prev previous ref reference revision rev self sha sha1 sha256 sha384 "
    "sha512 md5 slug sort src thumbprint trace traceid traceparent tracestate type ulid uri url urls uuid version "
    "cachekey foreignkey idempotencykey objectkey partitionkey primarykey publickey publishablekey routingkey "
    "rowkey sortkey pagetoken continuationtoken cursortoken synctoken nexttoken startingtoken spanid"
)
_HEADERS = _names(
    "accept accept-charset accept-encoding accept-language accept-ranges age allow baggage b3 cache-control "
    "connection content-disposition content-encoding content-language content-length content-md5 content-range "
    "content-security-policy content-type date digest dnt expect expires forwarded host idempotency-key keep- "
    "alive last-modified origin pragma priority range referer referrer-policy repr-digest content-digest retry- "
    "after sec-ch-ua server server-timing strict-transport-security te trailer transfer-encoding upgrade user- "
    "agent vary via x-powered-by x-amz-cf-pop cf-ray report-to nel permissions-policy alt-svc sec-websocket-key "
    "sec-websocket-accept"
)
_REMEMBERED = 16_384


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, however they are joined."""
    return tuple(word.lower() for word in _WORD.findall(name))


def plain_name(name: str) -> str:
    """A name without case and joints, as people's own names are compared."""
    return "".join(words_of(name))


def judge(name: str) -> Kind:
    """What a name says by our own lists."""
    words = list(words_of(name))
    joined = "".join(words)
    if joined in _ENVELOPES:
        return _ENVELOPES[joined]
    if name.lower() in _HEADERS:
        return Kind.IDENTIFIER
    bare = words[:]
    while len(bare) > 1 and (bare[-1] in _QUALIFIERS or bare[-1].isdigit()):
        bare.pop()
    kind = _by_tail(bare)
    return kind if kind in (Kind.SECRET, Kind.SECRET_TEXT, Kind.CODE) else _by_tail(words)


def _by_tail(words: list[str]) -> Kind:
    """What the last words say: three of them before two, two before one."""
    for count in (3, 2, 1):
        tail = "".join(words[-count:])
        for kind, names in _TABLE:
            if tail in names:
                return kind
    return Kind.OTHER


_TABLE = (
    (Kind.SECRET, _SECRETS),
    (Kind.SECRET_TEXT, _SECRET_TEXTS),
    (Kind.CODE, _CODES),
    (Kind.LIKELY, _LIKELY),
    (Kind.IDENTIFIER, _IDENTIFIERS),
)

_COOKIE_TELLS = re.compile(r"sess|token|auth|csrf|xsrf|jwt|remember|secret|passw", re.IGNORECASE)
_COOKIE_WORDS = frozenset({"sid", "key", "id", "login", "ticket"})


def cookie_tells(name: str) -> bool:
    """Whether a cookie's name says that its value is a credential."""
    return bool(_COOKIE_TELLS.search(name)) or not _COOKIE_WORDS.isdisjoint(words_of(name))


@dataclass(frozen=True, slots=True)
class RedactionPolicy:
    """Which names people added to ours, and which they keep."""

    names: frozenset[str] = frozenset()
    """Further names whose values are secrets, without case and joints."""
    keep: frozenset[str] = frozenset()
    """Names whose values are no secrets, without case and joints."""
    _memory: dict[str, Kind] = field(default_factory=dict, compare=False, repr=False)
    innocent: set[bytes] = field(default_factory=set, compare=False, repr=False)
    """Names seen so far that ask for no second look, as they stand in bodies."""

    @classmethod
    def of(cls, names: Iterable[str] = (), keep: Iterable[str] = ()) -> "RedactionPolicy":
        """A policy from names as people write them."""
        return cls(frozenset(map(plain_name, names)), frozenset(map(plain_name, keep)))

    def kind(self, name: str) -> Kind:
        """What a name says."""
        known = self._memory.get(name)
        if known is None:
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            known = self._memory[name] = self._judge(name)
        return known

    def _judge(self, name: str) -> Kind:
        """People's names first, then ours."""
        plain = plain_name(name)
        if plain and plain in self.keep:
            return Kind.KEPT
        if plain and plain in self.names:
            return Kind.SECRET
        return judge(name)

    def all_innocent(self, names: Iterable[bytes]) -> bool:
        """Whether none of these names, as found in a body, asks for a closer look; quick when they were seen before."""
        fresh = set(names).difference(self.innocent)
        if not fresh:
            return True
        harmless = {name for name in fresh if self.kind(name.decode("latin-1")) in _INNOCENT}
        if len(self.innocent) + len(harmless) < _REMEMBERED:
            self.innocent.update(harmless)
        return len(harmless) == len(fresh)


_INNOCENT = frozenset({Kind.IDENTIFIER, Kind.OTHER, Kind.KEPT})

DEFAULT_POLICY = RedactionPolicy()
"""Our names and nobody's own."""
