"""Bodies that other tools keep in parts: forms and multipart forms.

Rules: the boundary is always the same for the same parts, so that reading a file twice gives the same exchange.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type, parse_media_type

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field of a form."""

    name: str
    value: bytes = b""
    file_name: str = ""
    content_type: str = ""


def form_body(parts: Sequence[FormPart]) -> bytes:
    """The fields in the URL encoding."""
    return "&".join(
        f"{quote_plus(one.name.encode('utf-8', 'surrogatepass'))}={quote_plus(one.value)}" for one in parts
    ).encode()


def multipart_body(parts: Sequence[FormPart], headers: Headers, declared: str = "") -> tuple[bytes, Headers]:
    """The fields as multipart/form-data with the boundary that the headers or `declared` name, or one of our own.

    Gives the headers back with a Content-Type that names the boundary.
    """
    boundary = media_type(headers).boundary or parse_media_type(declared).boundary
    if not boundary or not boundary.isascii() or not boundary.isprintable():
        boundary = (
            f"boundary-{hashlib.blake2b(repr(list(parts)).encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"
        )
    pieces: list[bytes] = []
    for one in parts:
        disposition = f'form-data; name="{_quoted(one.name)}"'
        if one.file_name:
            disposition += f'; filename="{_quoted(one.file_name)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        if one.content_type:
            head += f"Content-Type: {' '.join(one.content_type.split())}\r\n"
        pieces += (f"{head}\r\n".encode("utf-8", "surrogatepass"), one.value, b"\r\n")
    body = b"".join((*pieces, f"--{boundary}--\r\n".encode()))
    if not media_type(headers).boundary:
        headers = headers.replacing("Content-Type", f"multipart/form-data; boundary={boundary}")
    return body, headers


def _quoted(text: str) -> str:
    """A name inside quotation marks (RFC 7578 §4.2)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
