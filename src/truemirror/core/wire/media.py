"""Media types: which kind of content a body is.

Rules: parsing never fails; what cannot be understood is plain bytes.
"""

from dataclasses import dataclass
from email.message import Message

from truemirror.core.wire.headers import Headers


@dataclass(frozen=True, slots=True)
class MediaType:
    """A parsed Content-Type (RFC 9110 §8.3)."""

    name: str
    """type/subtype in lower case; empty when absent or unreadable."""
    charset: str = ""
    boundary: str = ""

    @property
    def is_json(self) -> bool:
        """JSON, or any type with the +json suffix (RFC 6839 §3.1)."""
        return self.name == "application/json" or self.name.endswith("+json")

    @property
    def is_form(self) -> bool:
        """A form in the URL encoding."""
        return self.name == "application/x-www-form-urlencoded"

    @property
    def is_multipart(self) -> bool:
        """A multipart body whose boundary is known."""
        return self.name.startswith("multipart/") and bool(self.boundary)


NO_MEDIA_TYPE = MediaType("")


def parse_media_type(value: str | None) -> MediaType:
    """Read a Content-Type value; an unreadable one has an empty name."""
    if not value:
        return NO_MEDIA_TYPE
    if ";" not in value:
        name = value.strip().lower()
        return MediaType(name) if "/" in name else NO_MEDIA_TYPE
    message = Message()
    message["content-type"] = value
    name = message.get_content_type() if "/" in value else ""
    charset = message.get_param("charset", "")
    boundary = message.get_param("boundary", "")
    return MediaType(name, str(charset).lower(), boundary if isinstance(boundary, str) else "")


def media_type(headers: Headers) -> MediaType:
    """The media type that headers declare."""
    return parse_media_type(headers.get("content-type"))
