"""How a client that speaks HTTP/2 is told to speak HTTP/1.1, in its own language (RFC 9113 §6.5, §6.8).

Rules: nothing of HTTP/2 is spoken but this good-bye; its code makes clients that can do both ask again in HTTP/1.1.
"""

import struct

PREFACE = b"PRI * HTTP/2.0"
"""How every HTTP/2 connection begins."""
HTTP2 = "http2"
"""The code of the refusal."""
_SETTINGS, _GOAWAY = 4, 7
_HTTP_1_1_REQUIRED = 13


def go_away(message: str) -> bytes:
    """The whole answer to an HTTP/2 connection: no settings, and why it ends."""
    why = struct.pack(">LL", 0, _HTTP_1_1_REQUIRED) + message.encode()
    return _frame(_SETTINGS, b"") + _frame(_GOAWAY, why)


def _frame(kind: int, payload: bytes) -> bytes:
    """A frame of the whole connection."""
    return struct.pack(">LBL", len(payload) << 8 | kind, 0, 0) + payload
