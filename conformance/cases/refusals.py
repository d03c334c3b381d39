"""What may not be passed on: requests that two readers read in two ways, protocols that are not spoken."""

from conformance.case import Case, Close, Read, Send, Wanted
from conformance.cases.words import answer, ask

_SMUGGLED = b"GET /@@/smuggled HTTP/1.1\r\nHost: @HERE@\r\n\r\n"
_SOURCE = "RFC 9112 §11.2; mirrors 8"
_OK = {"": (answer(body=b"taken"),)}


def _smuggling(name: str, means: str, source: str, head: bytes, body: bytes, wanted: Wanted = Wanted.REFUSED) -> Case:
    """A request with a second one inside, as some read it."""
    start = b"POST /%b HTTP/1.1\r\nHost: @HERE@\r\n" % name.encode()
    data = start + head + b"\r\n" + body.replace(b"@SMUGGLED@", _SMUGGLED.replace(b"@@", name.encode()))
    return Case(name, means, source, (Send(data), Read(b"POST")), _OK, wanted, patience=3.0)


CASES = (
    _smuggling(
        "both-lengths", "Content-Length and Transfer-Encoding.", "RFC 9112 §6.1; mirrors 8",
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n@SMUGGLED@", Wanted.SAFE,
    ),
    _smuggling(
        "two-lengths", "Two lengths that differ.", "RFC 9112 §6.3; mirrors 8",
        b"Content-Length: 0\r\nContent-Length: 44\r\n", b"@SMUGGLED@",
    ),
    _smuggling("length-signed", "A length with a sign.", "RFC 9110 §8.6", b"Content-Length: +4\r\n", b"abcd"),
    _smuggling(
        "chunk-size-bad", "A size of a chunk that is no number.", "RFC 9112 §7.1",
        b"Transfer-Encoding: chunked\r\n", b"0x3\r\nabc\r\n0\r\n\r\n@SMUGGLED@",
    ),
    _smuggling(
        "chunk-size-huge", "A size of a chunk beyond 64 bits.", "RFC 9112 §7.1.2 (overflow)",
        b"Transfer-Encoding: chunked\r\n", b"10000000000000003\r\nabc\r\n0\r\n\r\n@SMUGGLED@",
    ),
    _smuggling(
        "coding-unknown", "A transfer coding behind chunked.", "RFC 9112 §6.1",
        b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n@SMUGGLED@",
    ),
    _smuggling(
        "name-space", "A space between a name and its colon.", "RFC 9112 §5.1",
        b"Content-Length : 5\r\nX-A: b\r\n", b"",
    ),
    _smuggling("name-illegal", "A name with a letter that no name has.", "RFC 9110 §5.6.2", b"X(A): b\r\n", b""),
    _smuggling("value-nul", "NUL in a value.", "RFC 9110 §5.5", b"X-A: b\0c\r\n", b""),
    Case(
        "line-fold", "A field over two lines is refused, or joined by spaces.", "RFC 9112 §5.2",
        (Send(b"GET /line-fold HTTP/1.1\r\nHost: @HERE@\r\nX-A: b\r\n c\r\n\r\n"), Read()), _OK, Wanted.EITHER,
        patience=3.0,
    ),
    Case(
        "two-hosts", "Two Host fields.", "RFC 9112 §3.2",
        (Send(b"GET /two-hosts HTTP/1.1\r\nHost: @HERE@\r\nHost: other.example\r\n\r\n"), Read()), _OK,
        Wanted.REFUSED, patience=3.0,
    ),
    Case(
        "no-http", "What is no HTTP at all.", _SOURCE, (Send(b"HELO there\r\n\r\n"), Read()), {}, Wanted.REFUSED,
        patience=3.0,
    ),
    Case(
        "http2-preface", "HTTP/2 in clear text, without asking first, is taken up or refused.", "RFC 9113 §3.4",
        (Send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"), Read()), {}, Wanted.SPOKEN, patience=3.0,
    ),
    Case(
        "websocket", "An upgrade to WebSocket is passed on and answered on replay, or refused.",
        "RFC 6455 §4, RFC 9110 §7.8; mirrors 12",
        (
            ask(
                "GET /websocket", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ),
            Read(),
        ),
        {
            "": (
                answer(
                    "101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", length=False,
                ),
                Close(),
            )
        },
        Wanted.EITHER, patience=3.0,
    ),
)  # fmt: skip
