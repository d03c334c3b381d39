"""An exchange's id is the same when the behaviour is, and another when it is not."""

from dataclasses import replace

import pytest
from hypothesis import given

from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.model import Ignore, MirrorRules, Noise
from truemirror.core.wire.exchange import Chunk, Coding, Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import exchanges

DEAL = Exchange(
    Request("GET", "/v1/deals/7?a=1&b=2", Headers.of([("Accept", "application/json")])),
    Response(
        200,
        "OK",
        Headers.of([("Content-Type", "application/json"), ("Date", "Mon, 01 Jan 2026 00:00:00 GMT")]),
        b'{"id":7,"seen":"2026-01-01T00:00:00Z","items":[{"at":1},{"at":2}]}',
    ),
    3.0,
)


def answered(**changes: object) -> Exchange:
    """The same request with another answer."""
    assert isinstance(DEAL.outcome, Response)
    return replace(DEAL, outcome=replace(DEAL.outcome, **changes))


def with_header(name: str, value: str) -> Exchange:
    """The same answer with one more header."""
    assert isinstance(DEAL.outcome, Response)
    return answered(headers=DEAL.outcome.headers.adding(name, value))


SAME = {
    "times": replace(DEAL, elapsed_ms=99.0),
    "chunk times": answered(chunks=(Chunk(1, 2.0),)),
    "another date": answered(headers=Headers.of([("Content-Type", "application/json"), ("Date", "Tue")])),
    "no date": answered(headers=Headers.of([("Content-Type", "application/json")])),
    "a request id": with_header("X-Request-Id", "abc"),
    "order of the query": replace(DEAL, request=replace(DEAL.request, target="/v1/deals/7?b=2&a=1")),
    "other client": replace(
        DEAL, request=replace(DEAL.request, headers=DEAL.request.headers.adding("User-Agent", "x"))
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_varies_by_itself_does_not_count(name: str) -> None:
    """Recording the same behaviour at another time, or with another client, gives the same id."""
    assert exchange_id(SAME[name]) == exchange_id(DEAL)


OTHER = {
    "status": answered(status=201),
    "reason": answered(reason="Fine"),
    "body": answered(body=b"{}"),
    "order of keys": answered(body=b'{"seen":"2026-01-01T00:00:00Z","id":7,"items":[{"at":1},{"at":2}]}'),
    "a header": with_header("Cache-Control", "no-store"),
    "framing": answered(framing=Framing.CHUNKED),
    "coding": answered(codings=(Coding("gzip"),)),
    "trailers": answered(trailers=Headers.of([("A", "b")])),
    "target": replace(DEAL, request=replace(DEAL.request, target="/v1/deals/8?a=1&b=2")),
    "method": replace(DEAL, request=replace(DEAL.request, method="PUT")),
    "accept": replace(DEAL, request=replace(DEAL.request, headers=Headers.of([("Accept", "text/html")]))),
    "fault": replace(DEAL, outcome=Fault(FaultKind.RESET)),
    "another fault": replace(DEAL, outcome=Fault(FaultKind.TIMEOUT)),
    "what had arrived": replace(DEAL, outcome=Fault(FaultKind.RESET, partial=Response(200))),
    "garbage": replace(DEAL, outcome=Fault(FaultKind.RESET, received=b"SSH")),
}


def test_every_behaviour_has_its_own_id() -> None:
    """No two of these are the same, nor the same as the first."""
    ids = [exchange_id(DEAL), *map(exchange_id, OTHER.values())]
    assert len(set(ids)) == len(OTHER) + 1


def test_the_detail_of_a_fault_does_not_count() -> None:
    """Systems word the same failure in different ways."""
    resets = [replace(DEAL, outcome=Fault(FaultKind.RESET, detail)) for detail in ("ECONNRESET", "peer went away")]
    assert exchange_id(resets[0]) == exchange_id(resets[1])


def test_the_expiry_of_a_cookie_does_not_count_but_the_cookie_does() -> None:
    """A session cookie expires at another moment each time it is set."""
    first = with_header("Set-Cookie", "sid=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/")
    later = with_header("Set-Cookie", "sid=1; expires=Thu, 22 Oct 2026 07:28:00 GMT; Path=/")
    other = with_header("Set-Cookie", "sid=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/")
    assert exchange_id(first) == exchange_id(later) != exchange_id(other)


def noisy(*parts: str, kind: str = "date-time") -> MirrorRules:
    """Rules that call parts of the deal's answer noise."""
    return MirrorRules(noise=tuple(Noise("GET /v1/deals/{}", part, kind) for part in parts))


def seen(value: str) -> Exchange:
    """The deal, seen at another time."""
    return answered(body=b'{"id":7,"seen":%b,"items":[{"at":1},{"at":2}]}' % value.encode())


def test_noise_in_a_body_does_not_count_while_it_keeps_its_type() -> None:
    """A time may differ; null instead of a time is another answer."""
    rules = noisy("body:/seen")
    assert exchange_id(seen('"2030-01-01T00:00:00Z"'), rules) == exchange_id(DEAL, rules)
    assert exchange_id(seen("null"), rules) != exchange_id(DEAL, rules)
    assert exchange_id(seen('"2030-01-01T00:00:00Z"')) != exchange_id(DEAL)


def test_a_star_stands_for_every_index() -> None:
    """One rule covers all items of a collection."""
    other = answered(body=b'{"id":7,"seen":"2026-01-01T00:00:00Z","items":[{"at":8},{"at":9}]}')
    for part in ("body:/items/*/at", "body:/*/*/at"):
        rules = noisy(part, kind="integer")
        assert exchange_id(other, rules) == exchange_id(DEAL, rules)
    rules = noisy("body:/items/0/at", kind="integer")
    assert exchange_id(other, rules) != exchange_id(DEAL, rules)


def test_noise_of_another_kind_counts() -> None:
    """A time that becomes a number, or a word, is another answer; so is a number that becomes a time."""
    times, numbers = noisy("body:/seen"), noisy("body:/seen", kind="integer")
    for value in ("17", '"soon"', '"2030-01-01"', "[]", '{"at":"2030-01-01T00:00:00Z"}'):
        assert exchange_id(seen(value), times) != exchange_id(DEAL, times)
    assert exchange_id(seen("17"), numbers) == exchange_id(seen("18"), numbers) != exchange_id(DEAL, numbers)


def test_an_attribute_that_may_be_absent_keeps_its_kind_where_it_has_one() -> None:
    """Two rules for one attribute: it may be there or not, and what is there is a time."""
    both = MirrorRules(noise=(*noisy("body:/seen").noise, *noisy("body:/seen", kind="absent-or-present").noise))
    without = answered(body=b'{"id":7,"items":[{"at":1},{"at":2}]}')
    assert exchange_id(without, both) == exchange_id(seen('"2030-01-01T00:00:00Z"'), both) == exchange_id(DEAL, both)
    assert exchange_id(seen("17"), both) != exchange_id(DEAL, both)


def test_an_attribute_that_may_be_absent_does_not_count_at_all() -> None:
    """Absent-or-present noise is left out whether it is there or not."""
    rules = noisy("body:/seen", "header:X-Cache", kind="absent-or-present")
    without = answered(body=b'{"id":7,"items":[{"at":1},{"at":2}]}')
    assert exchange_id(without, rules) == exchange_id(DEAL, rules)
    assert exchange_id(with_header("x-cache", "HIT"), rules) == exchange_id(DEAL, rules)


def test_a_noisy_header_must_still_be_there() -> None:
    """Its value is free, its presence is not."""
    rules = noisy("header:ETag", kind="etag")
    assert exchange_id(with_header("etag", "1"), rules) == exchange_id(with_header("etag", "2"), rules)
    assert exchange_id(with_header("etag", "1"), rules) != exchange_id(DEAL, rules)


def test_the_length_of_a_noisy_body_does_not_count() -> None:
    """Where the body varies, so does its length."""
    rules = noisy("body:/seen")
    assert exchange_id(with_header("Content-Length", "1"), rules) == exchange_id(
        with_header("Content-Length", "2"), rules
    )


def test_noise_of_another_operation_does_not_matter() -> None:
    """A rule holds where it says, or everywhere with a star."""
    elsewhere = MirrorRules(noise=(Noise("GET /v1/tags/{}", "body:/seen", "date-time"),))
    everywhere = MirrorRules(noise=(Noise("*", "body:/seen", "date-time"),))
    later = seen('"2030-01-01T00:00:00Z"')
    assert exchange_id(later, elsewhere) != exchange_id(DEAL, elsewhere)
    assert exchange_id(later, everywhere) == exchange_id(DEAL, everywhere)


def test_what_a_person_ignores_does_not_count() -> None:
    """A time stamp in the query that was declared not to count gives no new exchange each time."""
    rules = MirrorRules(ignores=(Ignore("GET /v1/deals/{}", "query:ts"),))
    stamped = [
        replace(DEAL, request=replace(DEAL.request, target=f"/v1/deals/7?a=1&b=2&ts={number}")) for number in (1, 2)
    ]
    assert exchange_id(stamped[0], rules) == exchange_id(stamped[1], rules)
    assert exchange_id(stamped[0]) != exchange_id(stamped[1])


def test_a_header_that_the_answer_depends_on_counts() -> None:
    """What Vary names selects among answers."""
    asked = [
        replace(with_header("Vary", "X-Tenant"), request=replace(DEAL.request, headers=Headers.of([("X-Tenant", one)])))
        for one in ("a", "b")
    ]
    assert exchange_id(asked[0]) != exchange_id(asked[1])


@given(exchanges)
def test_every_exchange_has_an_id(exchange: Exchange) -> None:
    """Sixteen hexadecimal digits, the same each time, whatever noise is declared."""
    rules = MirrorRules(noise=(Noise("*", "body:/*/0", "string"), Noise("*", "body:", "string"), Noise("*", "x:y", "")))
    assert exchange_id(exchange, rules) == exchange_id(exchange, rules)
    assert len(bytes.fromhex(exchange_id(exchange))) == 8


def test_a_rule_about_an_answer_may_lack_its_first_slash() -> None:
    """As one about a request may: it holds, instead of doing nothing."""
    rules = noisy("body:seen")
    assert exchange_id(seen('"2030-01-01T00:00:00Z"'), rules) == exchange_id(DEAL, rules)


def test_no_rule_is_too_odd_for_an_answer() -> None:
    """A list has no member of thousands of digits, and a body too deep to be walked counts as it is."""
    deep = answered(body=b'{"a":' * 1000 + b"1" + b"}" * 1000)
    assert exchange_id(deep, noisy("body:" + "/a" * 1000, kind="integer"))
    many = "9" * 5000
    assert exchange_id(DEAL, noisy(f"body:/items/{many}", "body:/seen")) == exchange_id(DEAL, noisy("body:/seen"))
