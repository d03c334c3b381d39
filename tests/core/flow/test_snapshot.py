"""A saved page is changed in every text of it, and only there."""

import base64
import email
from email.message import Message

from truemirror.core.flow.snapshot import archive_texts

PICTURE = bytes(range(256))
ARCHIVE = (
    b"From: <Saved by Blink>\r\nSubject: secret page\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'
    b"------b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"Content-Location: http://a.test/secret\r\n\r\n"
    b"<p title=3D'se=\r\ncret'>caf=C3=A9 secret</p>\r\n"
    b"------b\r\nContent-Type: text/css\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b".secret { color: red }")
    + b"------b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(PICTURE)
    + b"------b--\r\n"
)


def changed(text: bytes, _media: str) -> bytes:
    """What the test looks for, taken out."""
    return text.replace(b"secret", b"xxxxxx")


def parts() -> list[Message]:
    """The parts after the change."""
    return [
        part for part in email.message_from_bytes(archive_texts(ARCHIVE, changed)).walk() if not part.is_multipart()
    ]


def test_every_text_is_changed() -> None:
    """Out of its transfer encoding, where a line break may cut a word in two."""
    page, style, _ = parts()
    assert page.get_payload(decode=True) == "<p title='xxxxxx'>café xxxxxx</p>".encode()
    assert style.get_payload(decode=True) == b".xxxxxx { color: red }"


def test_fields_are_changed() -> None:
    """Titles and addresses."""
    assert b"secret" not in archive_texts(ARCHIVE, changed)


def test_pictures_stay() -> None:
    """Byte for byte."""
    assert parts()[2].get_payload(decode=True) == PICTURE


def test_every_line_ends_as_browsers_want_it() -> None:
    """Chromium shows a blank page for any other."""
    archive = archive_texts(ARCHIVE, changed)
    assert archive.count(b"\n") == archive.count(b"\r\n") > 10


def test_what_is_no_archive_is_nothing() -> None:
    """It cannot be looked into, so it is not kept."""
    assert archive_texts(b"secret", changed) == b""
