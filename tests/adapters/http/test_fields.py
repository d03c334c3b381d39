"""Header fields on their way: what stays, what goes, and which addresses change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.http.address import Address, parse_address
from truemirror.adapters.http.fields import as_answered, as_asked, client_head, upstream_head
from truemirror.core.wire.exchange import Framing
from truemirror.core.wire.headers import Headers

PLAIN = Address("http", "tags.internal", 8001)
BASED = Address("https", "tags.internal", 443, "/api")


def to_client(name: str, value: str, address: Address = PLAIN, host: str = "proxy:1") -> str:
    """The value of a field as the client gets it."""
    headers = as_answered(Headers(((name, value),)), address)
    head = client_head(200, "OK", headers, Framing.NONE, address=address, host=host, connection="")
    return head.decode("latin-1").split("\r\n")[1].partition(": ")[2]


@pytest.mark.parametrize(
    ("url", "authority", "base"),
    [
        ("http://a", "a", ""),
        ("a:8001", "a:8001", ""),
        ("https://a:443/", "a", ""),
        ("http://a:443", "a:443", ""),
        ("http://[::1]:8001/api/", "[::1]:8001", "/api"),
        ("HTTP://TAGS/x/y", "tags", "/x/y"),
    ],
)
def test_addresses_are_read(url: str, authority: str, base: str) -> None:
    """Ports of the scheme's own are not told, a base path has no final slash."""
    address = parse_address(url)
    assert (address.authority, address.base) == (authority, base)
    assert parse_address(address.url) == address


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("http://tags.internal:8001/x", "http://proxy:1/x"),
        ("HTTP://Tags.Internal:8001/x", "http://proxy:1/x"),
        ("//tags.internal:8001/x", "//proxy:1/x"),
        ("http://tags.internal:8001", "http://proxy:1"),
        ("http://tags.internal:8001?a=1", "http://proxy:1?a=1"),
        ("http://tags.internal:80011/x", "http://tags.internal:80011/x"),
        ("http://tags.internal.example:8001/x", "http://tags.internal.example:8001/x"),
        ("http://other/x?u=http://tags.internal:8001/", "http://other/x?u=http://tags.internal:8001/"),
        ("/x", "/x"),
        ("x", "x"),
        ("", ""),
        ("mailto:a@b", "mailto:a@b"),
    ],
)
def test_locations_lead_to_the_proxy(value: str, seen: str) -> None:
    """Only those of the upstream."""
    assert to_client("Location", value) == seen


@pytest.mark.parametrize(
    ("value", "recorded", "seen"),
    [
        ("https://tags.internal/api/x", "https://tags.internal/x", "http://proxy:1/x"),
        ("https://tags.internal:443/api/x", "https://tags.internal:443/x", "http://proxy:1/x"),
        ("/api/x", "/x", "/x"),
        ("/api", "/", "/"),
        ("/api?a=1", "/?a=1", "/?a=1"),
        ("/apix", "/apix", "/apix"),
        ("/other", "/other", "/other"),
        ("https://other/api/x", "https://other/api/x", "https://other/api/x"),
    ],
)
def test_a_base_path_is_nobodys_business(value: str, recorded: str, seen: str) -> None:
    """Neither the recording nor the client sees it."""
    headers = as_answered(Headers((("Location", value), ("X", "/api/x"))), BASED)
    assert headers.pairs == (("Location", recorded), ("X", "/api/x"))
    assert to_client("Location", value, BASED) == seen


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("a=1; Domain=tags.internal; Path=/", "a=1; Path=/"),
        ("a=1; domain=.internal", "a=1"),
        ("a=1; Domain=other.example", "a=1; Domain=other.example"),
        ("a=1; Secure; HttpOnly", "a=1; HttpOnly"),
        ("a=1; HttpOnly;secure", "a=1; HttpOnly"),
        ("secure=1; Path=/", "secure=1; Path=/"),
    ],
)
def test_cookies_come_back(value: str, seen: str) -> None:
    """A client that speaks plain HTTP to the proxy keeps the upstream's cookies."""
    assert to_client("Set-Cookie", value, BASED) == seen


def test_secure_cookies_of_a_plain_upstream_stay() -> None:
    """There the attribute means what it meant before."""
    assert to_client("Set-Cookie", "a=1; Secure") == "a=1; Secure"


def test_origins_of_the_proxy_become_the_upstreams() -> None:
    """A service that compares Origin and Host finds them equal."""
    sent = Headers((("Host", "proxy:1"), ("Origin", "http://proxy:1"), ("Referer", "http://proxy:1/a?b"), ("X", "y")))
    assert as_asked(sent, PLAIN).pairs == (
        ("Host", "tags.internal:8001"),
        ("Origin", "http://tags.internal:8001"),
        ("Referer", "http://tags.internal:8001/a?b"),
        ("X", "y"),
    )
    assert as_asked(Headers((("Origin", "http://elsewhere"),)), PLAIN).pairs == (
        ("Host", "tags.internal:8001"),
        ("Origin", "http://elsewhere"),
    )


def test_nominated_fields_stay_behind() -> None:
    """Those that only concern the connection; what makes the request cannot be taken away."""
    headers = Headers(
        (("Connection", "X-Hop, Host, Content-Length"), ("X-Hop", "1"), ("Host", "a"), ("Content-Length", "2"))
    )
    head = upstream_head("POST", "/", headers, PLAIN, Framing.LENGTH)
    assert head == b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"


def test_trailers_are_asked_for_where_the_client_does() -> None:
    """TE belongs to the connection, so it is said anew."""
    head = upstream_head("GET", "/", Headers((("TE", "trailers, deflate"),)), PLAIN, Framing.NONE)
    assert head == b"GET / HTTP/1.1\r\nTE: trailers\r\nConnection: TE\r\n\r\n"


names = st.sampled_from(["Host", "X-A", "x-a", "Accept", "Cookie", "Referer", "baggage"])
values = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=12)


@given(st.lists(st.tuples(names, values), max_size=8))
def test_what_is_not_the_connections_is_kept_in_order(pairs: list[tuple[str, str]]) -> None:
    """As it was recorded, byte for byte, Host apart."""
    recorded = as_asked(Headers(tuple(pairs)), PLAIN)
    lines = upstream_head("GET", "/", recorded, PLAIN, Framing.NONE).decode("latin-1").split("\r\n")[1:-2]
    assert [tuple(line.split(": ", 1)) for line in lines] == list(recorded.pairs)
    others = [pair for pair in pairs if pair[0] not in ("Host", "Referer")]
    assert [pair for pair in recorded.pairs if pair[0] not in ("Host", "Referer")] == others
    assert len(recorded.all("host")) == 1
