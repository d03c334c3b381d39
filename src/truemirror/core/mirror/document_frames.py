"""What was said over a WebSocket as JSON documents, and back.

    frame    {"at_ms": 12.5, "body": a body, "code": 1000, "from": "server", "kind": "text", "pieces": [3, 4]}

Rules: as in `document`: sorted keys, defaults left out, decode(encode(x)) == x.
"""

from collections.abc import Callable, MutableMapping
from math import isfinite

from truemirror.core.mirror.bodies import BodyFile, decode_body
from truemirror.core.mirror.fields import Document, as_object, listed, number, text, under, whole, wrong
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.errors import FormatError

_FRAME = frozenset({"at_ms", "body", "code", "from", "kind", "pieces"})
_KINDS: dict[str, FrameKind] = {one.value: one for one in FrameKind}
_SIDES: dict[str, Side] = {one.value: one for one in Side}
_LARGEST_CODE = 0xFFFF


def encode_frame(
    frame: Frame, files: MutableMapping[str, bytes], body: Callable[[bytes, MutableMapping[str, bytes]], Document]
) -> Document:
    """The document of a frame; large payloads go into `files`."""
    document: Document = {}
    if frame.at_ms and isfinite(frame.at_ms):
        document["at_ms"] = frame.at_ms
    if frame.payload:
        document["body"] = body(frame.payload, files)
    if frame.code is not None:
        document["code"] = frame.code
    document["from"] = frame.side.value
    document["kind"] = frame.kind.value
    if frame.pieces:
        document["pieces"] = list(frame.pieces)
    return document


def decode_frame(document: object, file: BodyFile) -> Frame:
    """The frame that a document stands for. Raises FormatError with the field's path in `where`."""
    known = as_object(document, _FRAME)
    kind, side = _KINDS.get(text(known, "kind")), _SIDES.get(text(known, "from"))
    if kind is None:
        raise wrong("kind", f"one of {', '.join(_KINDS)}", known["kind"])
    if side is None:
        raise wrong("from", "client or server", known["from"])
    payload = b""
    if "body" in known:
        try:
            payload = decode_body(known["body"], file)
        except FormatError as error:
            raise under("body", error) from None
    if kind in (FrameKind.TEXT, FrameKind.CLOSE):
        _check_text(payload)
    code = whole(known, "code", 0, _LARGEST_CODE) if "code" in known else None
    return Frame(side, kind, payload, number(known, "at_ms"), code, _pieces(known))


def _check_text(payload: bytes) -> None:
    """Raise FormatError where a text frame holds something else: no client could be told it."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise FormatError("a text frame holds UTF-8", where="body", fix='make it "kind": "binary"') from None


def _pieces(known: Document) -> tuple[int, ...]:
    """The sizes of fragments."""
    if "pieces" not in known:
        return ()
    sizes = listed(known, "pieces")
    for place, size in enumerate(sizes):
        if type(size) is not int or size < 0:
            raise wrong(f"pieces[{place}]", "a number of bytes", size)
    return tuple(sizes)
