"""Paths in one spelling, so that equal paths are equal texts.

Rules: percent-escapes of unreserved characters are undone, everything that a URL may not carry is escaped; nothing
here fails, whatever bytes a path was made of.
"""

import re
from urllib.parse import quote

from truemirror.core.wire.canonical import canonical_path

_PLAIN = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@-]*\Z")
_SAFE = "/%!$&'()*+,;=:@~"


def tidy(path: str) -> str:
    """The one spelling of a path."""
    if _PLAIN.match(path):
        return path
    known = canonical_path(path)
    try:
        raw = known.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = known.encode("utf-8", "surrogatepass")
    return quote(raw, safe=_SAFE)


def is_writable(text: str) -> bool:
    """Whether a text can be written into a document, which is UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
