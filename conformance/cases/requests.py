"""Requests and connections: targets, queries, media types that must be parsed, keep-alive, pipelining, old clients."""

from conformance.case import Case, Pause, Read, Send
from conformance.cases.words import answer, ask, chunked

_QUERIES = (
    "?a=1&b=2",
    "?b=1&a=2",
    "?a=1&a=2",
    "?a=2&a=1",
    "?a",
    "?a=",
    "?",
    "?a=1%262",
    "?a=1&2",
    "?a=b%3Dc",
    "?q=%E9+%20",
)
_PARTS = (
    b'--%(b)s\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    b'--%(b)s\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n\x00\xff\r\n\r\n--%(b)s--\r\n"
)
_MULTIPART = "Content-Type: multipart/form-data; boundary=@ONCE@"

CASES = (
    Case(
        "keep-alive",
        "Two requests on one connection.",
        "RFC 9112 §9.3; mirrors 8",
        (ask("GET /keep-alive/1"), Read(), Pause(0.05), ask("GET /keep-alive/2"), Read()),
        {"/1": (answer(body=b"first"),), "/2": (answer(body=b"second"),)},
        one_connection=True,
    ),
    Case(
        "pipelining",
        "Three requests in one write are answered in their order.",
        "RFC 9112 §9.3.2; mirrors 8",
        (
            Send(b"".join(ask(f"GET /pipelining/{n}").data for n in (1, 2, 3))),
            Read(), Read(), Read(),
        ),
        {
            "/1": (Pause(0.1), answer(body=b"first")),
            "/2": (Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"sec", b"ond")),),
            "/3": (answer(body=b"third"),),
        },
        one_connection=True,
    ),
    Case(
        "same-request-twice",
        "The same request with two answers gives them in their order.",
        "mirrors 9",
        (
            ask("GET /same-request-twice"), Read(), ask("POST /same-request-twice/step", body=b"{}"), Read(b"POST"),
            ask("GET /same-request-twice"), Read(),
        ),
        {"": (answer(body=b"@COUNT@"),), "/step": (answer("201 Created", body=b"ok"),)},
    ),
    Case(
        "queries",
        "Order, repeats, `a` and `a=`, and encoded delimiters make other requests.",
        "RFC 3986 §3.4, §2.2; mirrors 5",
        tuple(step for query in _QUERIES for step in (ask(f"GET /queries/x{query}"), Read())),
        {f"/x{query}": (answer(body=f"answer to {query}".encode()),) for query in _QUERIES},
    ),
    Case(
        "path-encoded",
        "%2F in a path is no slash, and dots and doubled slashes stay.",
        "RFC 3986 §2.2",
        (
            ask("GET /path-encoded/a%2Fb"), Read(), ask("GET /path-encoded/a/b"), Read(),
            ask("GET /path-encoded//a/%7e;v=1"), Read(),
        ),
        {
            "/a%2Fb": (answer(body=b"one part"),),
            "/a/b": (answer(body=b"two parts"),),
            "//a/%7e;v=1": (answer(body=b"as it was"),),
        },
    ),
    Case(
        "multipart-boundary",
        "The same form with another boundary is the same request.",
        "RFC 7578 §4.1; mirrors 14",
        (
            ask("POST /multipart-boundary", _MULTIPART, body=_PARTS % {b"b": b"@ONCE@"}),
            Read(b"POST"),
        ),
        {"": (answer("201 Created", body=b"uploaded"),)},
    ),
    Case(
        "absolute-form",
        "A target with scheme and host is the same as its path.",
        "RFC 9112 §3.2.2",
        (Send(b"GET http://@HERE@/absolute-form?a=1 HTTP/1.1\r\nHost: @HERE@\r\n\r\n"), Read()),
        {"": (answer(body=b"found"),)},
    ),
    Case(
        "options-star",
        "OPTIONS * is asked of the server itself.",
        "RFC 9110 §9.3.7, RFC 9112 §3.2.4",
        (ask("OPTIONS *", "X-Case: options-star"), Read(b"OPTIONS")),
        {"": (answer("200 OK", "Allow: GET, OPTIONS", body=b""),)},
    ),
    Case(
        "http-1.0",
        "A client of HTTP/1.0 gets no chunks, and the whole body.",
        "RFC 9112 §7.1, §9.3; mirrors 2",
        (Send(b"GET /http-1.0 HTTP/1.0\r\nHost: @HERE@\r\n\r\n"), Read()),
        {"": (Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"one", b"two")),)},
        also=lambda first: "chunks for a client of HTTP/1.0" if first.values(b"transfer-encoding") else "",
    ),
    Case(
        "slow-request",
        "A request that comes byte by byte is a request.",
        "RFC 9112 §2.2",
        (Send(ask("POST /slow-request", body=b"slow").data, dripping=True), Read(b"POST")),
        {"": (answer(body=b"patience"),)},
    ),
    Case(
        "ipv6",
        "Listening at, and asking, an address of IPv6.",
        "RFC 3986 §3.2.2; mirrors, runner-up",
        (ask("GET /ipv6"), Read()),
        {"": (answer("302 Found", "Location: http://@HERE@/ipv6/there", body=b"six"),)},
        host="::1",
    ),
)  # fmt: skip
