"""What clients do with httpbin: every endpoint that makes sense, as walks that each is a session of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.acceptance.visitors import Seen, Visitor

Walk = Callable[[Visitor], Iterator[list[Seen]]]

STATUSES = (200, 201, 202, 204, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408)
MORE_STATUSES = (409, 410, 412, 413, 415, 418, 422, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
JSON = {"name": "Ærøskøbing", "price": "12.50", "count": 12345678901234567890, "tags": [], "owner": None}
BINARY = bytes(range(256)) * 9
TEXT = "Fünf Boxkämpfer jagen Viktor quer über den Sylter Deich\n" * 40


@dataclass(frozen=True, slots=True)
class Journey:
    """A walk and who can go it."""

    walk: Walk
    browser: bool = False
    """Only for clients that follow redirects and keep cookies."""
    varies: tuple[str, ...] = ()
    """What httpbin answers differently each time: names of header fields, or `body`. A mirror repeats it."""
    handed_out: tuple[str, ...] = ()
    """Header fields with secrets that httpbin made up: a mirror hands out stand-ins, which it takes back."""
    alone: bool = False
    """Whether others at the same time would change its answers (httpbin seeds one generator for all)."""


def each(method: str, *targets: str, **details: Any) -> Journey:
    """Every target once."""

    def walk(visitor: Visitor) -> Iterator[list[Seen]]:
        """One after another."""
        for target in targets:
            yield visitor.ask(method, target, **details)

    return Journey(walk)


def statuses(visitor: Visitor) -> Iterator[list[Seen]]:
    """Every status, redirects not followed."""
    stay = {"allow_redirects": False} if visitor.is_browser else {}
    for status in (*STATUSES, *MORE_STATUSES):
        yield visitor.ask("GET", f"/status/{status}", **stay)
    for method in METHODS[1:]:
        yield visitor.ask(method, "/status/418", **stay)


def redirects(visitor: Visitor) -> Iterator[list[Seen]]:
    """Redirects of all kinds, followed by those who do."""
    yield visitor.ask("GET", "/redirect/3")
    yield visitor.ask("GET", "/redirect/3?absolute=true")
    yield visitor.ask("GET", "/relative-redirect/3")
    yield visitor.ask("GET", "/absolute-redirect/3")
    yield visitor.ask("GET", "/redirect-to?url=/get%3Fshow%3D1")
    yield visitor.ask("POST", "/redirect-to?url=/anything/moved&status_code=307", data=b"kept")
    yield visitor.ask("POST", "/redirect-to?url=/anything/moved&status_code=303", data=b"dropped")
    yield visitor.ask("GET", "/links/3")


def redirects_seen(visitor: Visitor) -> Iterator[list[Seen]]:
    """Redirects as answers."""
    stay = {"allow_redirects": False} if visitor.is_browser else {}
    for target in ("/redirect/2", "/relative-redirect/2", "/absolute-redirect/2", "/absolute-redirect/1"):
        yield visitor.ask("GET", target, **stay)
    yield visitor.ask("GET", "/redirect-to?url=https%3A%2F%2Fexample.org%2Fx%3Fy%3D1%23z", **stay)
    yield visitor.ask("GET", "/redirect-to?url=//example.org/x&status_code=308", **stay)


def cookies(visitor: Visitor) -> Iterator[list[Seen]]:
    """Cookies that come, stay and go."""
    yield visitor.ask("GET", "/cookies")
    yield visitor.ask("GET", "/cookies/set?flavour=oat&size=3")
    yield visitor.ask("GET", "/cookies/set/language/da-DK")
    yield visitor.ask("GET", "/cookies")
    yield visitor.ask("GET", "/cookies/delete?size=")
    yield visitor.ask("GET", "/cookies")
    yield visitor.ask("GET", "/cookies/set?flavour=rye")
    yield visitor.ask("GET", "/cookies")


def secret_cookie(visitor: Visitor) -> Iterator[list[Seen]]:
    """A cookie that is a secret, which this client brought itself."""
    yield visitor.ask("GET", "/cookies/set/session/s3cr3t-Tq81Lw0vZx92Kd77Pf40")
    yield visitor.ask("GET", "/cookies")
    yield visitor.ask("GET", "/headers")


def basic_auth(visitor: Visitor) -> Iterator[list[Seen]]:
    """Right, wrong, none."""
    for target in ("/basic-auth/ada/engine-1843", "/hidden-basic-auth/ada/engine-1843"):
        yield visitor.ask("GET", target)
        yield visitor.ask("GET", target, headers={"Authorization": "Basic YWRhOmVuZ2luZS0xODQz"})
        yield visitor.ask("GET", target, headers={"Authorization": "Basic YWRhOndyb25n"})
        yield visitor.ask("GET", target, headers={"Authorization": "Basic !!!"})


def basic_auth_by_client(visitor: Visitor) -> Iterator[list[Seen]]:
    """As clients do it themselves."""
    for auth in (("ada", "engine-1843"), ("ada", "wrong"), ("grace", "engine-1843"), None):
        yield visitor.ask("GET", "/basic-auth/ada/engine-1843", auth=auth)


def bearer(visitor: Visitor) -> Iterator[list[Seen]]:
    """With a token, another one, none, and one that is no bearer's."""
    for token in ("Bearer tok_4fQ9vKx27LmZ0aWe81Rt", "Bearer other-token-for-9931", "Token abc"):
        yield visitor.ask("GET", "/bearer", headers={"Authorization": token})
    yield visitor.ask("GET", "/bearer")


def digest_challenge(visitor: Visitor) -> Iterator[list[Seen]]:
    """The challenges, as they come without credentials."""
    for algorithm in ("MD5", "SHA-256", "SHA-512"):
        yield visitor.ask("GET", f"/digest-auth/auth/ada/engine-1843/{algorithm}")


def digest_auth(visitor: Visitor) -> Iterator[list[Seen]]:
    """The whole handshake, right and wrong, with a nonce and a counter that are new each time."""
    for algorithm in ("MD5", "SHA-256"):
        target = f"/digest-auth/auth/ada/engine-1843/{algorithm}"
        yield visitor.ask("GET", target, digest=("ada", "engine-1843"))
        yield visitor.ask("GET", target, digest=("ada", "wrong"))


def images(visitor: Visitor) -> Iterator[list[Seen]]:
    """By path and by what is accepted."""
    for kind in ("png", "jpeg", "webp", "svg"):
        yield visitor.ask("GET", f"/image/{kind}")
    for accept in ("image/webp", "image/svg+xml", "image/jpeg", "image/png", "image/*", "text/plain"):
        yield visitor.ask("GET", "/image", headers={"Accept": accept})


def anything(visitor: Visitor) -> Iterator[list[Seen]]:
    """All methods, with and without a body."""
    for method in METHODS:
        yield visitor.ask(method, "/anything")
        yield visitor.ask(method, "/anything/a/b%20c/d%2Fe?x=1&x=2&y&z=%C3%A6")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        yield visitor.ask(method, "/anything", data=b"plain", headers={"Content-Type": "text/plain"})
    for method in ("post", "put", "patch", "delete"):
        yield visitor.ask(method.upper(), f"/{method}", data=b"a=1&a=2&b=", headers=_type("x-www-form-urlencoded"))
    yield visitor.ask("GET", "/post")


def bodies(visitor: Visitor) -> Iterator[list[Seen]]:
    """Bodies that are binary, broken, large or in another alphabet."""
    yield visitor.ask("POST", "/anything", data=BINARY, headers=_type("octet-stream"))
    yield visitor.ask("POST", "/anything", data=TEXT.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
    yield visitor.ask("POST", "/anything", data=TEXT.encode("latin-1"), headers={"Content-Type": "text/plain"})
    yield visitor.ask("POST", "/anything", data=b'{"a": 1,', headers=_type("json"))
    yield visitor.ask("POST", "/anything", data=b'{"b":1e400,"a":0.10,"b":"\\u00e6"}', headers=_type("json"))
    yield visitor.ask("POST", "/anything", data=b"x" * 100_000, headers={"Content-Type": "text/plain"})
    fixed = b'--stone\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--stone--\r\n'
    yield visitor.ask("POST", "/anything", data=fixed, headers={"Content-Type": "multipart/form-data; boundary=stone"})


def chunked(visitor: Visitor) -> Iterator[list[Seen]]:
    """Bodies whose length is not said; httpbin refuses them where its server does not know how."""
    yield visitor.ask("POST", "/post", data=iter([b"one", b"two"]))
    yield visitor.ask("PUT", "/status/200", data=iter([b"x" * 70_000]))


def bodies_by_client(visitor: Visitor) -> Iterator[list[Seen]]:
    """As clients write them themselves."""
    yield visitor.ask("POST", "/anything", json=JSON)
    yield visitor.ask("PUT", "/put", data={"a": ["1", "2"], "b": "æ", "c": ""})
    yield visitor.ask("GET", "/get", params={"q": "a b&c", "page": 2})


def multipart_by_client(visitor: Visitor) -> Iterator[list[Seen]]:
    """Files, with a boundary that is new each time, and that httpbin repeats."""
    yield visitor.ask("PATCH", "/patch", files={"one": ("one.txt", b"first"), "two": ("two.bin", BINARY)})
    yield visitor.ask("POST", "/post", files={"one": ("one.txt", TEXT.encode())}, data={"title": "Übung"})
    yield visitor.ask("POST", "/status/201", files={"one": ("one.txt", b"other")})


def echoes(visitor: Visitor) -> Iterator[list[Seen]]:
    """What httpbin knows of its client."""
    yield visitor.ask("GET", "/headers", headers={"X-Trace": "4711", "Accept-Language": "da"})
    yield visitor.ask("GET", "/user-agent")
    yield visitor.ask("GET", "/user-agent", headers={"User-Agent": "acceptance/1.0"})
    yield visitor.ask("GET", "/ip")
    yield visitor.ask("GET", "/get", headers={"Origin": "https://shop.example"})
    yield visitor.ask("OPTIONS", "/anything", headers={"Access-Control-Request-Headers": "X-Trace"})
    target = "/response-headers?X-One=1&X-One=2&x-two=a%2C%20b&Content-Type=text%2Fplain&Server=mine"
    yield visitor.ask("GET", target)
    yield visitor.ask("POST", target)


def conditions(visitor: Visitor) -> Iterator[list[Seen]]:
    """Entity tags and ages that are fixed."""
    for name, tag in (("If-None-Match", '"v1"'), ("If-None-Match", '"v2"'), ("If-None-Match", "*")):
        yield visitor.ask("GET", "/etag/v1", headers={name: tag})
    for name, tag in (("If-Match", "v1"), ("If-Match", '"v2"'), ("If-Match", "v3, v2")):
        yield visitor.ask("GET", "/etag/v1", headers={name: tag})
    yield visitor.ask("GET", "/etag/v1")
    yield visitor.ask("GET", "/cache/60")
    yield visitor.ask("GET", "/cache", headers={"If-None-Match": "any"})
    yield visitor.ask("GET", "/cache", headers={"If-Modified-Since": "Sat, 29 Oct 1994 19:43:31 GMT"})


def ranges(visitor: Visitor) -> Iterator[list[Seen]]:
    """All of it, parts, and what cannot be satisfied."""
    yield visitor.ask("GET", "/range/1024")
    for part in ("bytes=0-99", "bytes=100-", "bytes=-24", "bytes=0-0", "bytes=2000-3000", "bytes=9-3"):
        yield visitor.ask("GET", "/range/1024", headers={"Range": part})
    yield visitor.ask("GET", "/range/2600?chunk_size=256&duration=0.05")
    yield visitor.ask("GET", "/range/0")


def codings(visitor: Visitor) -> Iterator[list[Seen]]:
    """Compressed, by default and for clients that say what they know."""
    for name, coding in (("gzip", "gzip"), ("deflate", "deflate"), ("brotli", "br")):
        yield visitor.ask("GET", f"/{name}")
        yield visitor.ask("GET", f"/{name}", headers={"Accept-Encoding": coding})
        yield visitor.ask("GET", f"/{name}?n=1", headers={"Accept-Encoding": "identity"})


def streams(visitor: Visitor) -> Iterator[list[Seen]]:
    """Bodies without a length, and slow ones."""
    yield visitor.ask("GET", "/stream/5")
    yield visitor.ask("GET", "/stream/0")
    yield visitor.ask("GET", "/drip?duration=0.05&numbytes=5&code=200")
    yield visitor.ask("GET", "/drip?duration=0.05&numbytes=5&code=503&delay=0.05")
    yield visitor.ask("GET", "/delay/0.1")
    yield visitor.ask("POST", "/delay/0.05", data=b"slow", headers={"Content-Type": "text/plain"})


def _type(subtype: str) -> dict[str, str]:
    """A media type's header."""
    return {"Content-Type": f"application/{subtype}"}


PAGES = (
    "/deny",
    "/robots.txt",
    "/html",
    "/xml",
    "/json",
    "/encoding/utf8",
    "/forms/post",
    "/links/3/0",
    "/base64/SGVqIQ==",
)
SEEDED = (
    "/bytes/1024?seed=7",
    "/bytes/0?seed=7",
    "/stream-bytes/4096?seed=7&chunk_size=512",
    "/stream-bytes/70000?seed=8",
)
PLAIN = ("/get", "/status/404", "/json", "/image/png", "/gzip", "/stream/2", "/redirect/1", "/range/100", "/uuid")
NONCES = ("www-authenticate", "set-cookie")

JOURNEYS = {
    "statuses": Journey(statuses),
    "redirects": Journey(redirects),
    "redirects-seen": Journey(redirects_seen),
    "cookies": Journey(cookies),
    "secret-cookie": Journey(secret_cookie),
    "pages": each("GET", *PAGES),
    "heads": each("HEAD", *PAGES, *PLAIN, "/image/jpeg", "/brotli", "/deflate"),
    "unknown": each("GET", "/no-such-page", "/anything%00", "//double//slash"),
    "not-allowed": each("DELETE", "/get", "/json"),
    "seeded-bytes": Journey(each("GET", *SEEDED).walk, alone=True),
    "codings": Journey(codings),
    "streams": Journey(streams),
    "ranges": Journey(ranges),
    "images": Journey(images),
    "basic-auth": Journey(basic_auth),
    "basic-auth-by-client": Journey(basic_auth_by_client, browser=True),
    "bearer": Journey(bearer),
    "anything": Journey(anything),
    "bodies": Journey(bodies),
    "chunked": Journey(chunked),
    "bodies-by-client": Journey(bodies_by_client, browser=True),
    "multipart-by-client": Journey(multipart_by_client, browser=True, varies=("body",)),
    "echoes": Journey(echoes),
    "conditions": Journey(conditions),
    "digest-challenge": Journey(digest_challenge, varies=("www-authenticate",), handed_out=NONCES),
    "digest-auth": Journey(digest_auth, browser=True, varies=NONCES, handed_out=NONCES),
    "random": Journey(each("GET", "/uuid", "/uuid", "/bytes/64", "/uuid").walk, varies=("body",)),
    "cache": Journey(each("GET", "/cache", "/cache").walk, varies=("etag", "last-modified")),
}
