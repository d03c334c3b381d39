"""Heads: fields, their order and case, bytes in them, statuses without a body, informational answers, redirects."""

from conformance.case import Case, Close, Read, ReadInterim, Send, SendIfContinued, TakeBody
from conformance.cases.words import answer, ask

_JSON = "Content-Type: application/json"

CASES = (
    Case(
        "fields-exact",
        "Fields keep names, case, order and repeats; nothing is added; the reason stays.",
        "RFC 9110 §5.2-5.3; mirrors 3",
        (ask("GET /fields-exact", "accept: a/b", "X-One: 1", "ACCEPT: c/d", "x-One: 2"), Read()),
        {
            "": (
                answer(
                    "200 Quite Fine", "x-LOWER-Upper: 1", "Server: it", "X-Twice: b", "X-Between: 2", "x-twice: a",
                    "Date: Tue, 15 Nov 1994 08:12:31 GMT", _JSON, body=b"{}",
                ),
            )
        },
        exact=True,
    ),
    Case(
        "fields-repeated",
        "A repeated field keeps all its values in order, whatever else changes.",
        "RFC 9110 §5.3; mirrors 3",
        (ask("GET /fields-repeated", "X-List: 1", "X-List: 2"), Read()),
        {"": (answer("200 OK", "X-List: b", "X-List: a", "X-List: b", "Vary: Accept", "Vary: X-List", body=b"ok"),)},
    ),
    Case(
        "set-cookie",
        "Several Set-Cookie stay several, with the commas in them.",
        "RFC 9110 §5.3, RFC 6265 §3; mirrors 3",
        (ask("GET /set-cookie"), Read()),
        {
            "": (
                answer(
                    "200 OK", "Set-Cookie: first=1; Expires=Wed, 09 Jun 2038 10:18:14 GMT; Path=/",
                    "Set-Cookie: second=a,b", "Set-Cookie: third=; Max-Age=0; HttpOnly", body=b"ok",
                ),
            )
        },
    ),
    Case(
        "fields-bytes",
        "Bytes beyond ASCII in fields pass as they are.",
        "RFC 9110 §5.5 (obs-text); mirrors 6",
        (ask("GET /fields-bytes", b"X-Name: J\xf6rg \xff"), Read()),
        {"": (answer("200 OK", b"X-Name: caf\xe9 \xe2\x82\xac \xfe", b"X-Empty:", body=b"ok"),)},
    ),
    Case(
        "field-long",
        "A field of 7,000 bytes passes whole.",
        "RFC 9110 §5.4",
        (ask("GET /field-long", "X-Long: " + "q" * 7000), Read()),
        {"": (answer("200 OK", "X-Long: " + "a" * 7000, body=b"ok"),)},
    ),
    Case(
        "head-length",
        "HEAD keeps the length, and has no body.",
        "RFC 9110 §9.3.2; mirrors 4",
        (ask("HEAD /head-length"), Read(b"HEAD"), ask("GET /head-length/then"), Read()),
        {
            "": (Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1234\r\n\r\n"),),
            "/then": (answer(body=b"then"),),
        },
    ),
    Case(
        "head-gzip",
        "HEAD keeps Content-Encoding, though there is nothing to decode.",
        "RFC 9110 §9.3.2; mirrors 4 (vcrpy#661)",
        (ask("HEAD /head-gzip", "Accept-Encoding: gzip"), Read(b"HEAD")),
        {"": (Send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 77\r\n\r\n"),)},
    ),
    Case(
        "no-content",
        "204 has neither body nor length nor chunks, and the connection goes on.",
        "RFC 9110 §15.3.5, RFC 9112 §6.3; mirrors 4",
        (ask("DELETE /no-content"), Read(b"DELETE"), ask("GET /no-content/then"), Read()),
        {"": (answer("204 No Content", "X-Gone: yes", length=False),), "/then": (answer(body=b"then"),)},
        also=lambda first: "204 with a length or chunks" if (
            first.values(b"content-length") or first.values(b"transfer-encoding")) else "",
    ),
    Case(
        "not-modified",
        "304 has no body, keeps its ETag and the length of what it stands for.",
        "RFC 9110 §15.4.5; mirrors 4",
        (ask("GET /not-modified", 'If-None-Match: "v1"'), Read(), ask("GET /not-modified/then"), Read()),
        {
            "": (Send(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nContent-Length: 512\r\n\r\n'),),
            "/then": (answer(body=b"then"),),
        },
    ),
    Case(
        "early-hints",
        "103 passes before the final answer, with its fields.",
        "RFC 8297 §2, RFC 9110 §15.2; mirrors 4",
        (ask("GET /early-hints"), Read()),
        {
            "": (
                Send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"),
                answer("200 OK", "Content-Type: text/html", body=b"<p>"),
            )
        },
    ),
    Case(
        "processing",
        "102, twice, before the final answer.",
        "RFC 9110 §15.2; mirrors 4",
        (ask("GET /processing"), Read()),
        {"": (Send(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"), answer(body=b"done"))},
    ),
    Case(
        "expect-continue",
        "Expect: 100-continue is answered before the body is sent, and the body arrives.",
        "RFC 9110 §10.1.1; mirrors 4",
        (
            ask("POST /expect-continue", "Content-Length: 5", "Expect: 100-continue"),
            ReadInterim(), Send(b"12345"), Read(b"POST"),
        ),
        {"": (Send(b"HTTP/1.1 100 Continue\r\n\r\n"), TakeBody(), answer("201 Created", body=b"made"))},
        patience=3.0,
    ),
    *(
        Case(
            f"expect-{status[:3]}",
            f"Expect: 100-continue that is refused with {status[:3]}: the client sees it and keeps its body.",
            "RFC 9110 §10.1.1; mirrors 4",
            (
                Send(
                    b"POST /expect-%b HTTP/1.1\r\nHost: @HERE@\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                    % status[:3].encode()
                ),
                ReadInterim(), SendIfContinued(b"12345"), Read(b"POST"),
            ),
            # a body that never comes is never read: the answer ends the connection
            {"": (answer(status, "Connection: close", body=b"no"), Close(), TakeBody())},
            patience=3.0,
        )
        for status in ("417 Expectation Failed", "413 Content Too Large")
    ),
    Case(
        "location-own",
        "An absolute Location of the upstream's own becomes one of whoever was asked.",
        "RFC 9110 §10.2.2; mirrors 10",
        (ask("GET /location-own"), Read()),
        {"": (answer("302 Found", "Location: http://@HERE@/location-own/there?a=1", body=b""),)},
    ),
    Case(
        "location-other",
        "A Location at another host stays.",
        "RFC 9110 §10.2.2; mirrors 10",
        (ask("GET /location-other"), Read()),
        {"": (answer("301 Moved Permanently", "Location: http://elsewhere.example:81/x", body=b"moved"),)},
    ),
    Case(
        "location-relative",
        "A relative Location stays relative.",
        "RFC 9110 §10.2.2; mirrors 10",
        (ask("GET /location-relative"), Read(), ask("GET /location-relative/up"), Read()),
        {
            "": (answer("303 See Other", "Location: ../other?x=%20#part", body=b""),),
            "/up": (answer("307 Temporary Redirect", "Location: /location-relative", body=b""),),
        },
    ),
)  # fmt: skip
