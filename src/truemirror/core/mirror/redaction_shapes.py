"""Secrets that can be told by their looks alone.

Some have a shape that nothing else has: JSON Web Tokens, private keys, the prefixed tokens of well-known services,
passwords in addresses, `Bearer` followed by a token. Others only look like chance: long, letters and digits mixed,
the kind of character changing all the time.

Rules: shapes are looked for anywhere; chance counts only where a name does not say otherwise. UUIDs, words, numbers,
dates, paths and encoded files (more than 200 characters) are never chance. Looking is cheap where nothing is found.
"""

import base64
import binascii
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from truemirror.core.mirror.redaction_spots import Spot, Why

LEAST_RANDOM = 20
MOST_RANDOM = 200
_REMEMBERED_LENGTH = 1_024
LEAST_UNIQUE = 8
"""A secret of fewer characters is replaced only where its name or place tells, never wherever its characters occur."""

_PREFIXES = (
    *((f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{16,}}") for kind in "pousr"),
    ("github_pat_", r"github_pat_\w{20,}"),
    ("glpat-", r"glpat-[\w-]{16,}"),
    ("sk-", r"sk-(?=[\w-]{0,40}[0-9])[\w-]{16,}"),
    ("k_live_", r"[prs]k_live_\w{8,}"),
    ("k_test_", r"[prs]k_test_\w{8,}"),
    ("whsec_", r"whsec_[\w+/=]{16,}"),
    ("xox", r"xox[abeoprs]-[\w-]{10,}"),
    ("xapp-", r"xapp-[\w-]{10,}"),
    ("AKIA", r"AKIA[A-Z0-9]{16}"),
    ("ASIA", r"ASIA[A-Z0-9]{16}"),
    ("AIza", r"AIza[\w-]{35}"),
    ("ya29.", r"ya29\.[\w.-]{10,}"),
    ("npm_", r"npm_[A-Za-z0-9]{30,}"),
    ("pypi-", r"pypi-[\w-]{30,}"),
    ("SG.", r"SG\.[\w-]{16,64}\.[\w-]{16,}"),
    ("hvs.", r"hvs\.[\w-]{20,}"),
    ("dop_v1_", r"dop_v1_[0-9a-f]{32,}"),
    ("shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}"),
    ("tok_", r"tok_(?=[\w-]{0,40}[0-9A-Z])[\w-]{10,}"),
    ("eyJ", r"eyJ[\w-]{8,400}\.eyJ[\w-]{4,16384}\.[\w-]*"),
    ("eyJ", r"eyJ[\w-]{8,400}(?:\.[\w-]{0,16384}){3}\.[\w-]{8,}"),
)
_TOKENS = tuple((tell, re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})", re.ASCII)) for tell, pattern in _PREFIXES)
_PEM = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)(?:\s|\\[nr])*(.+?)(?:\s|\\[nr])*(?:-----END|\Z)", re.DOTALL
)
_URL_PASSWORD = re.compile(r"://[^/\s:@?#\"'<>]*:([^/\s@?#\"'<>]+)@")
_BEARER = re.compile(r"\b(?:Bearer|bearer|BEARER) +([A-Za-z0-9._~+/=-]{8,})")
_TELLS = tuple(tell.encode() for tell in dict.fromkeys(tell for tell, _ in _PREFIXES))
_DOTTED = (b"SG.", b"ya29.", b"hvs.", b"earer ", b"EARER ", b"asic ", b"PRIVATE KEY")
_RUNS = bytes(byte if (byte < 128 and chr(byte).isalnum()) or byte in b"+/_-" else 32 for byte in range(256))
LEAST_RUN = 11
"""Eight bytes in base64; every token that a prefix tells has a run as long."""
_REMEMBERED_BLOB = 65_536

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_HEX = re.compile(r"(?:[0-9a-f]+|[0-9A-F]+)\Z")
_WORDS = re.compile(r"[^\W\d_]+(?:[ ._/,;:!?'-]+[^\W\d_]+)*[.!?]?\Z")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*\Z")
_JSON_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})*(?:\.[Uu][Tt][Ff]-?8)?\Z|[A-Z][a-z]+(?:/[A-Z][A-Za-z_]+)+\Z")
_NOTHINGS = frozenset(
    {"", "true", "false", "yes", "no", "on", "off", "null", "none", "undefined", "nil", "nan", "deleted", "unknown"}
)
_MASKED = re.compile(
    r"[*xX•.#_-]{3,}\w{0,4}\Z|[\[<{(]+ *(?:redacted|filtered|masked|hidden|removed|omitted|scrubbed|secret)"
    r"[ \w]*[\]>})]+\Z",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_JOINTS = re.compile(r"[-_/.=+]")


def runs_of(blob: bytes) -> tuple[bytes, ...]:
    """The runs of letters, digits and `+/_-` in bytes, each once, that are long enough to be told something by."""
    return _short_runs(blob) if len(blob) <= _REMEMBERED_BLOB else _runs(blob)


def _runs(blob: bytes) -> tuple[bytes, ...]:
    """The same, looked for anew."""
    return tuple([run for run in set(blob.translate(_RUNS).split()) if len(run) >= LEAST_RUN])


_short_runs = lru_cache(maxsize=64)(_runs)


def may_have_shape(blob: bytes, runs: tuple[bytes, ...] | None = None) -> bool:
    """Whether bytes are worth a search for shapes; `runs` are theirs, where somebody has them."""
    for tell in _DOTTED:
        if tell in blob:
            return True
    if b"@" in blob and b"://" in blob:
        return True
    tokens = b" ".join(runs_of(blob) if runs is None else runs)
    return any(tell in tokens for tell in _TELLS) if tokens else False


def bytes_tell(blob: bytes) -> bool:
    """Whether there is a sign of a shape in many bytes that are no text: quicker there than looking for runs."""
    return any(tell in blob for tell in (*_TELLS, *_DOTTED)) or (b"://" in blob and b"@" in blob)


def shape_spots(text: str) -> Iterator[Spot]:
    """Every secret in a text that its shape gives away."""
    for tell, pattern in _TOKENS:
        if tell in text:
            for found in pattern.finditer(text):
                yield Spot(found.start(), found.end(), found[0], Why.SHAPE)
    if "PRIVATE KEY" in text:
        for found in _PEM.finditer(text):
            yield Spot(found.start(2), found.end(2), found[2], Why.SHAPE)
    if "://" in text and "@" in text:
        for found in _URL_PASSWORD.finditer(text):
            if not is_nothing(found[1]):
                yield Spot(found.start(1), found.end(1), found[1], Why.SHAPE)
    if "earer " in text or "EARER " in text:
        for found in _BEARER.finditer(text):
            if not is_words(found[1].rstrip("=.")):
                yield Spot(found.start(1), found.end(1), found[1], Why.SHAPE)


def is_words(text: str) -> bool:
    """Whether a text consists of words, which occur elsewhere without being the secret."""
    if not _WORDS.match(text):
        return False
    humps = sum(1 for one, other in pairwise(text) if one.islower() and other.isupper())
    if humps * 5 > len(text):
        return False
    # A long run of chance without a digit has a change of case at every second letter; camelCase has far fewer.
    changes = sum(
        one.isalpha() and other.isalpha() and one.islower() != other.islower() for one, other in pairwise(text)
    )
    return len(text) < LEAST_RANDOM or changes * 5 <= len(text)


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID."""
    return bool(_UUID.match(text))


def is_number(text: str) -> bool:
    """Whether a text is a number as JSON writes it."""
    return bool(_JSON_NUMBER.match(text))


def is_unique(secret: str) -> bool:
    """Whether a secret can be told wherever its characters occur: long enough, and neither words nor a short number."""
    if len(secret) < LEAST_UNIQUE or is_words(secret):
        return False
    return len(secret) >= 12 if _NUMBER.match(secret) else True


def is_nothing(text: str) -> bool:
    """Whether a value under a secret's name says that there is none, or was masked by its sender."""
    return text.lower() in _NOTHINGS or bool(_MASKED.match(text))


def is_plain_cookie(text: str) -> bool:
    """Whether a cookie's value is words, a number, a locale or the like."""
    return text.lower() in _NOTHINGS or is_words(text) or bool(_NUMBER.match(text) or _LOCALE.match(text))


@lru_cache(maxsize=8_192)
def looks_random(text: str) -> bool:
    """Whether a run of letters, digits and `+/_-=.` looks like chance; hexadecimal pieces do not count."""
    if not LEAST_RANDOM <= len(text) <= MOST_RANDOM:
        return False
    if _JOINTS.search(text):
        text = "-".join(piece for piece in _JOINTS.split(text) if len(piece) < 4 or not _HEX.match(piece))
    elif _HEX.match(text):
        return False
    lower, upper, digits, changes = _kinds(text)
    mixed = bool(lower and upper)
    if len(text) < (LEAST_RANDOM if mixed else 24) or not digits or not (lower or upper) or digits > 0.7 * len(text):
        return False
    if mixed and len(text) >= 3.5 * len(_CAMEL.findall(text)):
        return False
    return changes >= (0.33 if mixed else 0.22) * len(text)


def looks_like_key(text: str) -> bool:
    """Whether nobody would type a text: chance, or hexadecimal; at least 16 characters. UUIDs do not count."""
    if len(text) < 16 or " " in text or _UUID.match(text):
        return False
    if is_long_hex(text) or looks_random(text):
        return True
    lower, upper, digits, changes = _kinds(text)
    if not text.isascii() or digits == len(text):
        return False
    return bool(digits and (lower or upper)) and changes >= 0.28 * len(text)


def is_long_hex(text: str) -> bool:
    """Whether a text is hexadecimal and as long as a key: 128 bits or more."""
    return len(text) >= 32 and len(text) <= MOST_RANDOM and bool(_HEX.match(text)) and not text.isdigit()


def _kinds(text: str) -> tuple[int, int, int, int]:
    """How many lower case letters, upper case letters and digits, and how often the kind changes."""
    counts = [0, 0, 0, 0]
    changes = 0
    last = 3
    for char in text:
        kind = 0 if "a" <= char <= "z" else 1 if "A" <= char <= "Z" else 2 if "0" <= char <= "9" else 3
        counts[kind] += 1
        changes += kind != last and kind != 3 and last != 3
        last = kind
    return counts[0], counts[1], counts[2], changes


def decoded(text: str) -> str | None:
    """What a run of base64 says, in either alphabet; None when it is none or says nothing readable."""
    if len(text) <= _REMEMBERED_LENGTH:
        return _decoded(text)
    return _decode(text) if _decode(text[:_REMEMBERED_LENGTH]) else None


@lru_cache(maxsize=8_192)
def _decoded(text: str) -> str | None:
    """What a short run says, remembered."""
    return _decode(text)


def _decode(text: str) -> str | None:
    """The text of a run of base64; None unless it consists of printable characters and line ends."""
    try:
        plain = base64.b64decode(unpadded(text), validate=True)
        said = getincrementaldecoder("utf-8")().decode(plain)
    except (binascii.Error, ValueError):
        return None
    return said if said and all(char.isprintable() or char in "\r\n\t" for char in said) else None


def unpadded(text: str) -> str:
    """Base64 in the standard alphabet, padded as it should be."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    return standard + "=" * (-len(standard) % 4)


def encoded_like(example: str, plain: str) -> str:
    """Base64 of a text, in the alphabet and with the padding of an example."""
    fresh = base64.b64encode(plain.encode("utf-8", "surrogateescape")).decode()
    if "-" in example or "_" in example:
        fresh = fresh.replace("+", "-").replace("/", "_")
    return fresh if example.endswith("=") or len(example) % 4 == 0 else fresh.rstrip("=")
