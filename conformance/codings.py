"""Content codings taken off, so that what a body says can be compared where its bytes may differ."""

import gzip
import zlib

import brotli
import zstandard


def content(body: bytes, header: str) -> bytes:
    """What a body says under a Content-Encoding; the body itself where it cannot be read."""
    for name in reversed([one.strip() for one in header.split(",")]):
        try:
            body = _off(name, body)
        except (OSError, EOFError, zlib.error, brotli.error, zstandard.ZstdError):
            return body
    return body


def _off(name: str, body: bytes) -> bytes:
    """One coding taken off."""
    if name == "gzip":
        return gzip.decompress(body)
    if name == "br":
        return bytes(brotli.decompress(body))
    if name == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -15)
