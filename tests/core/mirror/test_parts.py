"""What makes two requests the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.parts import parts_of, vary_names
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers

JSON = (("Content-Type", "application/json"),)
texts = st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def identity(
    target: str = "/", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"", method: str = "GET"
) -> bytes:
    """The identity of a request made of these parts."""
    return parts_of(Request(method, target, Headers(headers), body)).digest()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/a?x=1&y=2", "/a?y=2&x=1", True),
        ("/a?x=1&x=2", "/a?x=2&x=1", False),
        ("/a?x=1&x=1", "/a?x=1", False),
        ("/a?x", "/a?x=", False),
        ("/a", "/a?", True),
        ("/a?x=%41", "/a?x=A", True),
        ("/a?x=a+b", "/a?x=a%20b", True),
        ("/%41", "/A", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a%2Fb", "/a/b", False),
        ("/a", "/a/", False),
        ("/a?x=%FF", "/a?x=%FE", False),
        ("/a?x=1%262", "/a?x=1&2", False),
    ],
)
def test_targets_are_the_same_when_they_mean_the_same(one: str, other: str, same: bool) -> None:
    """The query is a multiset, escapes of plain characters do not matter, all else does."""
    assert (identity(one) == identity(other)) is same


@given(values, st.booleans())
def test_json_bodies_forget_white_space_and_the_order_of_keys(value: object, indent: bool) -> None:
    """Two spellings of one JSON value are one body."""
    one = json.dumps(value).encode()
    other = json.dumps(value, indent=2 if indent else None, sort_keys=True, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    if b"\\ud" not in one:
        assert identity(headers=JSON, body=one, method="POST") == identity(headers=JSON, body=other, method="POST")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"[9007199254740993]", b"[9007199254740992]"),
        (b"[123456789012345678901234567890]", b"[123456789012345678901234567891]"),
        (b'{"a":null}', b"{}"),
        (b'["1"]', b"[1]"),
        (b"[1,2]", b"[2,1]"),
        (b"[true]", b"[1]"),
        (b"{", b"{ "),
        (b"\xff", b"\xfe"),
    ],
)
def test_json_bodies_that_differ_stay_different(one: bytes, other: bytes) -> None:
    """Big integers, nulls, types and order within arrays count; what is not JSON counts byte by byte."""
    assert identity(headers=JSON, body=one, method="POST") != identity(headers=JSON, body=other, method="POST")


def test_forms_are_multisets() -> None:
    """A form's fields may come in any order."""
    form = (("content-type", "application/x-www-form-urlencoded"),)
    assert identity(headers=form, body=b"a=1&b=2") == identity(headers=form, body=b"b=2&a=1")
    assert identity(headers=form, body=b"a=1&a=2") != identity(headers=form, body=b"a=2&a=1")


def test_multipart_bodies_forget_their_boundary_only() -> None:
    """The client's random boundary is no part of what it sends; a part's bytes are."""

    def posted(boundary: str, content: bytes) -> bytes:
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\n\r\n'.encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        return identity(headers=(("Content-Type", f"multipart/form-data; boundary={boundary}"),), body=body)

    assert posted("aaa", b"\x89PNG\r\n") == posted("bbb", b"\x89PNG\r\n")
    assert posted("aaa", b"\x89PNG") != posted("aaa", b"\x89PNX")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((), (("Accept", "*/*"),), True),
        ((("Accept", "application/json"),), (("accept", "application/json"),), True),
        ((("Accept", "application/json"),), (("Accept", "text/xml"),), False),
        ((("User-Agent", "a"),), (("User-Agent", "b"),), True),
        ((("Accept-Encoding", "gzip"),), (), True),
        ((("Range", "bytes=0-9"),), (), False),
        ((("If-None-Match", '"a"'),), (), False),
        ((("Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa1"),), (), False),
        ((("Authorization", "Bearer one-secret-1"),), (("Authorization", "Bearer two-secret-2"),), False),
        ((("Cookie", "a=1; b=2"),), (("Cookie", "b=2; a=1"),), True),
    ],
)
def test_only_headers_that_select_an_answer_count(
    one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...], same: bool
) -> None:
    """Accept and its kin, conditions, ranges and credentials count; who is calling does not."""
    assert (identity(headers=one) == identity(headers=other)) is same


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])
def test_a_method_that_a_post_stands_for_counts(name: str) -> None:
    """It is neither a plain POST nor the method itself, but its operation is that of what is meant."""
    stands, spelt = (Request("POST", "/v1/tags", Headers(((name, value),))) for value in ("DELETE", "delete"))
    parts = parts_of(stands)
    assert parts.method == "DELETE"
    assert parts == parts_of(spelt)
    assert parts != parts_of(Request("POST", "/v1/tags"))
    assert parts != parts_of(Request("DELETE", "/v1/tags"))


def test_only_a_post_stands_for_another_method() -> None:
    """And only for one that could be a method."""
    assert parts_of(Request("GET", "/", Headers((("X-HTTP-Method-Override", "DELETE"),)))).method == "GET"
    assert parts_of(Request("POST", "/", Headers((("X-HTTP-Method-Override", "no method"),)))).method == "POST"


@given(st.binary(max_size=80), st.text(max_size=30), st.text(max_size=30), st.text(max_size=20))
def test_any_bytes_have_an_identity_and_it_is_their_own(body: bytes, target: str, kind: str, value: str) -> None:
    """Taking parts never fails, and a request is the same as itself."""
    headers = (("Content-Type", kind), ("Cookie", value), ("Authorization", value), ("Accept", value))
    assert identity("/" + target, headers, body) == identity("/" + target, headers, body)


def test_vary_names_leave_out_what_identity_covers_elsewhere() -> None:
    """A star, credentials and encodings add nothing."""
    assert vary_names("Accept-Encoding, Cookie, X-Tenant, *") == frozenset({"x-tenant"})
    request = Request("GET", "/", Headers((("X-Tenant", "a"),)))
    assert parts_of(request, {"x-tenant"}).digest() != parts_of(request).digest()
