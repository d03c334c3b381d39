"""A page saved as one file (MHTML, RFC 2557), changed part by part.

Rules: only what is text is shown to whoever changes it, out of its transfer encoding; pictures stay as they are. What
cannot be read gives nothing.
"""

from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

Change = Callable[[bytes, str], bytes]
"""What becomes of a text, by its media type."""

_TEXTS = frozenset({"application/javascript", "application/json", "application/xhtml+xml", "image/svg+xml"})
_PICTURES = "image/"
_LINES = compat32.clone(linesep="\r\n")
"""Browsers take no other line ends."""


def archive_texts(archive: bytes, change: Change) -> bytes:
    """The archive with every text and every field changed; nothing for what is no archive."""
    message = message_from_bytes(archive, policy=compat32)
    if not message.is_multipart():
        return b""
    for part in message.walk():
        _change_fields(part, change)
        media = part.get_content_type()
        if part.is_multipart() or (media.startswith(_PICTURES) and media not in _TEXTS):
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        del part["Content-Transfer-Encoding"]
        part["Content-Transfer-Encoding"] = "8bit"
        text = change(content, "text/html" if media.endswith("html") else "text/plain")
        part.set_payload(text.decode("ascii", "surrogateescape"))
    return message.as_bytes(policy=_LINES)


def _change_fields(part: Message, change: Change) -> None:
    """Addresses and titles in the fields of a part."""
    for name in ("Content-Location", "Snapshot-Content-Location", "Subject"):
        value = part.get(name)
        if value is not None:
            del part[name]
            part[name] = " ".join(change(str(value).encode("utf-8", "replace"), "text/plain").decode().split())
