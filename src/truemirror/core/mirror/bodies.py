"""How a body is written in a mirror: readable where that is certain to give back the very same bytes.

    {"json": value, "style": "spaced ascii"}   re-serialising in that style gives the same bytes (tried when written)
    {"text": "one line"}                       UTF-8 without control characters but tab, CR and LF
    {"lines": ["first", "second"]}             the same, of several lines joined by LF
    {"base64": "..."}                          everything else
    {"file": "<sha256>", "size": 70000}        larger than 64 KiB: a file of its own, holding exactly the body

Rules: writing never fails and reading gives back what was written, byte for byte. JSON that a parser would change
(long numbers, 1.10, exponents, repeated keys, lone surrogates, great depth) is text. A style is the layout (compact,
spaced, indent1 to indent8, tab) and what else a serialiser does (ascii, slashes, html, newline), split by blanks.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import lru_cache
from typing import Any

import orjson

from truemirror.core.mirror.fields import wrong
from truemirror.core.wire.large import Large
from truemirror.errors import FormatError

LARGE = 64 * 1024
"""Bodies of more bytes than this get a file of their own."""

COMPACT = "compact"
"""The style that is not written down: no white space, no escapes that JSON does not demand."""

MARKS = ("ascii", "slashes", "html", "newline")
"""ascii: all else escaped; slashes: `/` escaped (PHP); html: `<`, `>`, `&` escaped (Go); newline: LF at the end."""

SHA256 = re.compile(r"[0-9a-f]{64}\Z")
"""The name of a body's file."""

BodyFile = Callable[[str, int], bytes]
"""Gives the bytes of a body's file, by name and size; those of a body that is too large to be held as `Large`."""

_LAYOUT = re.compile(r"compact|spaced|tab|indent([1-8])")
_INDENT = re.compile(rb"[\[{]\n( {1,8}|\t)[^ \t]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSURE_NUMBER = re.compile(rb"(?:^|[\[:,\s])-?(?:\d+(?:\.\d+)?[eE]|0\.0000|\d{15,}\.\d)")
"""Numbers that serialisers write in different ways (1e16, 1e+16): a later orjson might change them."""
_AS_JSON = frozenset({"json", "style"})
_FRAME = 8
"""Levels of nesting that a mirror's file puts around a body, at most."""


def encode_body(body: bytes, files: MutableMapping[str, bytes]) -> dict[str, Any]:
    """The document of a body; one that is large goes into `files` by its name, unless it has a file already."""
    if isinstance(body, Large):
        return _in_file(body)
    if len(body) > LARGE:
        name = hashlib.sha256(body).hexdigest()
        files[name] = body
        return {"file": name, "size": len(body)}
    if body[:1] in (b"{", b"["):
        found = _as_json(body)
        if found is not None:
            return found
    return plain_body(body, readable=True)


def _in_file(body: Large) -> dict[str, Any]:
    """The document of a body that is never held."""
    return {"file": body.sha256, "size": body.size}


def plain_body(body: bytes, *, readable: bool = False) -> dict[str, Any]:
    """The document of a body without a look at what it holds; `readable` takes care of people too."""
    if isinstance(body, Large):
        return _in_file(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    if not readable:
        return {"text": text}
    if _CONTROL.search(text):
        return {"base64": base64.b64encode(body).decode()}
    return {"lines": text.split("\n")} if "\n" in text else {"text": text}


def _as_json(body: bytes) -> dict[str, Any] | None:
    """The document of a body that is JSON in a style that gives back its bytes."""
    try:
        value = orjson.loads(body)
        if body.count(b"[") + body.count(b"{") > 200:
            orjson.dumps(_nested(value))  # too deep for the file that it goes into
    except (ValueError, TypeError):
        return None
    if _UNSURE_NUMBER.search(body):
        return None
    for style in _styles(body):
        if serialiser(style)(value) == body:
            return {"json": value} if style == COMPACT else {"json": value, "style": style}
    return None


def _nested(value: Any) -> Any:
    """A value as deep as it will stand in a mirror's file."""
    for _ in range(_FRAME):
        value = [value]
    return value


def _styles(body: bytes) -> Iterator[str]:
    """The styles that a JSON text may be in, the likeliest first."""
    yield COMPACT
    core = body.removesuffix(b"\n")
    end = [] if core is body or core == body else ["newline"]
    slashes = ["slashes"] if b"\\/" in core else []
    escapes: list[list[str]] = [["ascii"], ["ascii", "html"]] if core.isascii() and b"\\u" in core else []
    escapes += [[], ["html"]] if b"\\u00" in core or b"\\u2028" in core else [[]]
    for layout in _layouts(core):
        for escape in escapes:
            marks = {*escape, *slashes, *end}
            yield " ".join([layout, *(mark for mark in MARKS if mark in marks)])


def _layouts(core: bytes) -> tuple[str, ...]:
    """The layouts that a JSON text may have, by its first lines."""
    if b"\n" not in core:
        return ("compact", "spaced")
    found = _INDENT.match(core)
    if found is None:
        return ()
    return ("tab",) if found[1] == b"\t" else (f"indent{len(found[1])}",)


@lru_cache(maxsize=256)
def serialiser(style: str) -> Callable[[Any], bytes]:
    """The function that writes a JSON value in a style. Raises FormatError when there is no such style."""
    layout, *marks = style.split(" ")
    known = _LAYOUT.fullmatch(layout)
    if known is None or not set(marks) <= set(MARKS):
        raise FormatError(
            f"{style!r} is no style of JSON",
            where="style",
            nearest=f"compact, spaced, tab or indent1 to indent8, then any of {', '.join(MARKS)}",
            fix="record the scenario again, or write the body as text",
        )
    if not marks and layout == "compact":
        return orjson.dumps
    indent = "\t" if layout == "tab" else int(known[1]) if known[1] else None
    plain = _plain_serialiser(layout, indent, "ascii" in marks)
    return _marked(plain, marks) if set(marks) - {"ascii"} else plain


def _plain_serialiser(layout: str, indent: str | int | None, ascii_only: bool) -> Callable[[Any], bytes]:
    """A layout, with or without escapes for everything beyond ASCII."""
    if layout == "compact" and not ascii_only:
        return orjson.dumps
    if indent == 2 and not ascii_only:
        return lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2)
    separators = (",", ":") if layout == "compact" else (", ", ": ") if layout == "spaced" else (",", ": ")
    encode = json.JSONEncoder(
        ensure_ascii=ascii_only, allow_nan=False, check_circular=False, separators=separators, indent=indent
    ).encode
    return lambda value: encode(value).encode("utf-8")


def _marked(plain: Callable[[Any], bytes], marks: list[str]) -> Callable[[Any], bytes]:
    """A serialiser with further escapes; the characters concerned stand only inside of JSON's strings."""
    swaps: list[tuple[bytes, bytes]] = [(b"/", b"\\/")] if "slashes" in marks else []
    if "html" in marks:
        swaps += [(b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026")]
        swaps += [(b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029")]
    end = b"\n" if "newline" in marks else b""

    def serialise(value: Any) -> bytes:
        """The value with its marks."""
        written = plain(value)
        for old, new in swaps:
            written = written.replace(old, new)
        return written + end

    return serialise


def decode_body(document: object, file: BodyFile) -> bytes:
    """The bytes that a document stands for. Raises FormatError with the field's path in `where`."""
    if type(document) is not dict:
        raise wrong("", "an object", document)
    if document.keys() <= _AS_JSON and "json" in document:
        style = document.get("style", COMPACT)
        if type(style) is not str:
            raise wrong("style", "a text", style)
        return _serialised(document["json"], style)
    match document:
        case {"text": str(text), **rest} if not rest:
            return _utf8(text, "text")
        case {"lines": [*lines], **rest} if not rest and all(type(line) is str for line in lines):
            return _utf8("\n".join(lines), "lines")
        case {"base64": str(text), **rest} if not rest:
            return _base64(text)
        case {"file": str(name), "size": int(size), **rest} if not rest and SHA256.match(name) and size is not True:
            return file(name, size)
        case _:
            raise FormatError(
                f"no body is written as {{{', '.join(sorted(document))}}}" if document else "the body is empty",
                nearest='{"json", "style"}, {"text"}, {"lines"}, {"base64"} or {"file": 64 hexadecimal digits, "size"}',
                fix="record the scenario again, or leave the body out where there is none",
            )


def _serialised(value: Any, style: str) -> bytes:
    """JSON in a style, whatever a person put there."""
    try:
        return bytes(memoryview(serialiser(style)(value)))  # orjson's own bytes hold on to 4 KiB each
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"cannot be written as JSON again: {error}", where="json") from None


def _utf8(text: str, field: str) -> bytes:
    """The text as bytes."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FormatError("holds half a character (a lone surrogate)", where=field, fix="write it as base64") from None


def _base64(text: str) -> bytes:
    """The bytes of a base64 text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"is not base64: {error}", where="base64") from None
