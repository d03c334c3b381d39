"""Bodies: framing, content codings, bytes that must not be touched, ranges."""

import gzip
import zlib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import brotli
import zstandard

from conformance.case import Case, Close, Flood, Read, Send, TakeBody
from conformance.cases.words import answer, ask, chunked

_TEXT = b'{"text": "' + b"to and fro, " * 40 + b'"}'
_ALL = bytes(range(256))
_BLOCK = b"".join((n * 2_654_435_761 % 2**64).to_bytes(8, "little") for n in range(131_072))
"""1 MiB that does not repeat within itself."""
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
_NUMBERS = b'{"b": 12345678901234567890123, "a": 0.00, "z":1e400,  "a": 1.0, "u": "\\u00e9\\/"}\n'


def _framing() -> Iterator[Case]:
    """How a body says where it ends."""
    pieces = (b"a", b"", b"bc" * 9, b"\r\n", b"0\r\n\r\n", b"d" * 300)
    yield Case(
        "chunked-odd",
        "Chunks of odd sizes, cut in the middle of sizes and line ends.",
        "RFC 9112 §7.1; mirrors 2",
        (ask("GET /chunked-odd"), Read()),
        {"": (*_cut(_CHUNKED + chunked(*filter(None, pieces)), 7),)},
    )
    yield Case(
        "chunked-stays",
        "A chunked answer stays chunked for a client that knows chunks.",
        "RFC 9112 §7.1; mirrors 2",
        (ask("GET /chunked-stays"), Read()),
        {"": (Send(_CHUNKED + chunked(b"one", b"two")),)},
        framed=True,
    )
    yield Case(
        "chunk-extensions",
        "Extensions of chunks are skipped, the body is whole.",
        "RFC 9112 §7.1.1; mirrors 2",
        (ask("GET /chunk-extensions"), Read()),
        {"": (Send(_CHUNKED + chunked(b"one", b"two", extension=b';name="va;lue";x')),)},
    )
    yield Case(
        "trailers",
        "Trailers of an answer pass to a client that asks for them, though one between may drop them.",
        "RFC 9110 §6.5.1, RFC 9112 §7.1.2; mirrors 2",
        (ask("GET /trailers", "TE: trailers", "Connection: TE"), Read()),
        {
            "": (
                Send(
                    _CHUNKED.replace(b"\r\n\r\n", b"\r\nTrailer: X-Sum\r\n\r\n")
                    + chunked(b"one", trailers=b"X-Sum: 1\r\nX-Sum: 2\r\n")
                ),
            )
        },
    )
    yield from _asked()
    yield from _ends()


def _asked() -> Iterator[Case]:
    """Requests in chunks."""
    yield Case(
        "request-chunked",
        "A chunked request arrives whole.",
        "RFC 9112 §7.1; mirrors 2",
        (
            ask("POST /request-chunked", "Transfer-Encoding: chunked"),
            *_cut(chunked(b"ab", b"\r\ncd\0", b"e" * 40), 11),
            Read(b"POST"),
        ),
        {"": (answer("201 Created", body=b"made"),)},
    )
    yield Case(
        "request-trailers",
        "Trailers of a request arrive, though one between may drop them.",
        "RFC 9110 §6.5.1, RFC 9112 §7.1.2; mirrors 2",
        (
            ask("POST /request-trailers", "Transfer-Encoding: chunked", "Trailer: X-Sum"),
            Send(chunked(b"ab", trailers=b"X-Sum: 1\r\n")),
            Read(b"POST"),
        ),
        {"": (answer("201 Created", body=b"made"),)},
    )


def _ends() -> Iterator[Case]:
    """Bodies without an announced end, and without anything."""
    yield Case(
        "until-close",
        "A body without a length ends with the connection, and is whole.",
        "RFC 9112 §6.3; mirrors 2",
        (ask("GET /until-close"), Read()),
        {"": (Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nas long as "), Send(b"it goes"), Close())},
    )
    yield Case(
        "empty-body",
        "A body of length 0 is one, and no end of the connection.",
        "RFC 9112 §6.3",
        (ask("GET /empty-body"), Read(), ask("GET /empty-body/then"), Read()),
        {"": (answer("200 OK", "Content-Type: application/json", body=b""),), "/then": (answer(body=b"then"),)},
        framed=True,
    )


def _cut(data: bytes, size: int) -> Iterator[Send]:
    """Bytes in writes of a size."""
    return (Send(data[start : start + size]) for start in range(0, len(data), size))


def _codings() -> Iterator[Case]:
    """Content codings, true and not."""
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    coded = {
        "gzip": ("gzip", gzip.compress(_TEXT, mtime=0)),
        "deflate-zlib": ("deflate", zlib.compress(_TEXT)),
        "deflate-raw": ("deflate", raw.compress(_TEXT) + raw.flush()),
        "br": ("br", brotli.compress(_TEXT)),
        "zstd": ("zstd", zstandard.ZstdCompressor().compress(_TEXT)),
        "gzip-br": ("gzip, br", brotli.compress(gzip.compress(_TEXT, mtime=0))),
        "coding-lies": ("gzip", _TEXT),
        "gzip-truncated": ("gzip", gzip.compress(_TEXT, mtime=0)[:-9]),
    }
    for name, (header, body) in coded.items():
        yield Case(
            name,
            f"Content-Encoding: {header}"
            + {
                "coding-lies": ", which is not true: the bytes stay.",
                "gzip-truncated": ", cut short: the bytes stay.",
                "deflate-raw": ", without the zlib wrapper: what it says can be read.",
            }.get(name, ": what it says can be read."),
            "RFC 9110 §8.4; mirrors 1",
            (ask(f"GET /{name}", f"Accept-Encoding: {header}"), Read()),
            {"": (answer("200 OK", "Content-Type: application/json", f"Content-Encoding: {header}", body=body),)},
            decoded=header if name not in ("coding-lies", "gzip-truncated") else "",
        )
    yield Case(
        "gzip-bytes",
        "A gzip body has the very bytes and the ETag that the upstream gave.",
        "RFC 9110 §8.8.3; mirrors 1",
        (ask("GET /gzip-bytes", "Accept-Encoding: gzip"), Read()),
        {
            "": (
                answer("200 OK", 'ETag: "strong"', "Content-Encoding: gzip", body=gzip.compress(_TEXT, 9, mtime=12345)),
            )
        },
    )
    pressed = gzip.compress(_TEXT, 9, mtime=54321)
    digest = b64encode(sha256(pressed).digest()).decode()
    yield Case(
        "gzip-digest",
        "A digest of the coded bytes stays true.",
        "RFC 9530 §2",
        (ask("GET /gzip-digest", "Accept-Encoding: gzip"), Read()),
        {"": (answer("200 OK", f"Content-Digest: sha-256=:{digest}:", "Content-Encoding: gzip", body=pressed),)},
    )
    yield Case(
        "gzip-request",
        "A gzip request arrives as it was sent, and is found again.",
        "RFC 9110 §8.4; mirrors, runner-up (wiremock#542)",
        (
            ask("POST /gzip-request", "Content-Encoding: gzip", body=gzip.compress(_TEXT, mtime=0)),
            Read(b"POST"),
        ),
        {"": (answer(body=b"read"),)},
        decoded="gzip",
    )


def _untouched() -> Iterator[Case]:
    """Bytes that nobody may change."""
    for name, means, source, media, body in (
        ("binary", "All 256 bytes, NUL among them.", "mirrors 6", "application/octet-stream", _ALL + b"\0" * 9),
        ("not-utf8", "Text that is no UTF-8.", "mirrors 6", "text/plain; charset=UTF-8", b"caf\xe9 \xff\xfe"),
        (
            "json-numbers", "JSON keeps big integers, 0.00, order, doubles and spaces.", "RFC 8259 §4, 6; mirrors 6",
            "application/json", _NUMBERS,
        ),
        ("json-bom", "JSON behind a byte order mark.", "RFC 8259 §8.1", "application/json", b'\xef\xbb\xbf{"a": 1}'),
        ("line-ends", "CRLF, CR and no end of line at the end.", "mirrors 6", "text/plain", b"a\r\nb\rc\nd\r"),
    ):  # fmt: skip
        yield Case(
            name,
            means + " Both ways.",
            source,
            (ask(f"POST /{name}", f"Content-Type: {media}", body=body), Read(b"POST")),
            {"": (answer("200 OK", f"Content-Type: {media}", body=body),)},
        )


def _ranges() -> Iterator[Case]:
    """Parts of a body."""
    parts = (
        b"--cut\r\nContent-Range: bytes 0-1/9\r\n\r\nab\r\n--cut\r\nContent-Range: bytes 7-8/9\r\n\r\nyz\r\n--cut--\r\n"
    )
    yield Case(
        "range",
        "206 keeps its range; another range is another request.",
        "RFC 9110 §14.2, §15.3.7",
        (ask("GET /range/a", "Range: bytes=2-4"), Read(), ask("GET /range/b", "Range: bytes=-1"), Read()),
        {
            "/a": (answer("206 Partial Content", "Content-Range: bytes 2-4/9", "Accept-Ranges: bytes", body=b"cde"),),
            "/b": (answer("206 Partial Content", "Content-Range: bytes 8-8/9", body=b"z"),),
        },
    )
    yield Case(
        "range-outside",
        "416 says how long it is.",
        "RFC 9110 §15.5.17",
        (ask("GET /range-outside", "Range: bytes=99-"), Read()),
        {"": (answer("416 Range Not Satisfiable", "Content-Range: bytes */9", body=b""),)},
    )
    yield Case(
        "range-multipart",
        "multipart/byteranges passes with its boundary.",
        "RFC 9110 §14.6",
        (ask("GET /range-multipart", "Range: bytes=0-1,7-8"), Read()),
        {"": (answer("206 Partial Content", "Content-Type: multipart/byteranges; boundary=cut", body=parts),)},
    )


def _large() -> Iterator[Case]:
    """Bodies that should not be held in memory."""
    for name, mebibytes, deep in (("large-64-mib", 64, False), ("large-1-gib", 1024, True)):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
        yield Case(
            name,
            f"{mebibytes} MiB pass unchanged" + (", and the recorder's memory stays flat." if deep else "."),
            "mirrors 7",
            (ask(f"GET /{name}"), Read()),
            {"": (TakeBody(), Send(head % (len(_BLOCK) * mebibytes)), Flood(_BLOCK, mebibytes))},
            alone=True,
            deep=deep,
            flat_mib=64 if deep else 0,
        )


CASES = (*_framing(), *_codings(), *_untouched(), *_ranges(), *_large())
