"""Relaxations: what a rule lets pass, and nothing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.model import Ignore, Link, MirrorRules, Noise
from truemirror.core.mirror.part_values import request_values
from truemirror.core.mirror.parts import Parts, parts_of
from truemirror.core.mirror.relax import levels_of, relax
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers

ONE = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"
TWO = "9d8f2b64-1111-4222-8333-abcdefabcdef"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def parts(target: str = "/v1/x", body: str = "", media: str = "", **headers: str) -> Parts:
    """A request's parts."""
    fields = [("Content-Type", media)] if media else []
    fields += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return parts_of(Request("POST", target, Headers(tuple(fields)), body.encode()))


VARYING = {
    "path:2": lambda value: parts(f"/v1/x/{value}"),
    "query:id": lambda value: parts(f"/v1/x?id={value}&page=1"),
    "header:If-Match": lambda value: parts(if_match=value),
    "body:/id": lambda value: parts(body=f'{{"id": "{value}", "n": 1}}', media=JSON),
    "body:/items/*/id": lambda value: parts(body=f'{{"items": [{{"id": "{value}"}}]}}', media=JSON),
    "body:/key": lambda value: parts(body=f"key={value}&n=1", media=FORM),
}


@pytest.mark.parametrize("part", VARYING)
def test_a_noisy_part_counts_by_its_kind(part: str) -> None:
    """A uuid for a uuid is the same; any other value, or none, is not."""
    rule = Noise("*", part, "uuid", "request")
    made = VARYING[part]
    assert relax(made(ONE), [rule]) == relax(made(TWO), [rule])
    assert relax(made(ONE), [rule]) != relax(made("7"), [rule])
    assert relax(made("7"), [rule]) != relax(made("8"), [rule])


@pytest.mark.parametrize(
    ("kind", "one", "other", "wrong"),
    [
        ("date-time", '"2026-01-01T00:00:00Z"', '"2027-05-05T11:22:33.5+02:00"', '"yesterday"'),
        ("integer", "1", "99", "1.5"),
        ("integer", "1", "99", '"99"'),
        ("number", "1.5", "2", "true"),
        ("string", '"a"', '"b"', "null"),
        ("no-such-kind", '"a"', '"a"', '"b"'),
    ],
)
def test_a_json_value_keeps_its_type(kind: str, one: str, other: str, wrong: str) -> None:
    """Numbers are numbers, texts are texts; an unknown kind lets nothing vary."""
    rule = Noise("*", "body:/at", kind, "request")
    seen = [relax(parts(body=f'{{"at": {value}}}', media=JSON), [rule]) for value in (one, other, wrong)]
    assert seen[0] == seen[1] != seen[2]


def test_a_part_that_may_be_missing_does_not_count() -> None:
    """Absent or present is the same."""
    rule = Noise("*", "body:/note", "absent-or-present", "request")
    assert relax(parts(body='{"n": 1, "note": "x"}', media=JSON), [rule]) == relax(
        parts(body='{"n": 1}', media=JSON), [rule]
    )


def test_a_field_of_a_form_can_be_ignored() -> None:
    """As an attribute of a JSON body can."""
    rule = Ignore("*", "body:/at")
    assert relax(parts(body="at=1&n=1", media=FORM), [rule]) == relax(parts(body="at=2&n=1", media=FORM), [rule])
    assert relax(parts(body="at=1&n=1", media=FORM), [rule]) != relax(parts(body="at=1&n=2", media=FORM), [rule])


def test_levels_come_in_their_order_each_with_all_before() -> None:
    """Noise, then ignores, then what clients make; noise of answers and links of given values relax nothing."""
    noise = Noise("*", "query:at", "date-time", "request")
    ignore = Ignore("*", "query:nonce")
    made = Link("POST /v1/x", made="body:/id", given="body:/id")
    rules = MirrorRules(
        ignores=(ignore,),
        noise=(noise, Noise("*", "body:/at", "date-time")),
        links=(Link("POST /v1/x", given="body:/id", to="GET /v1/x/{}", used="path:2"), made),
    )
    assert levels_of(rules) == ((noise,), (noise, ignore), (noise, ignore, made))
    assert levels_of(MirrorRules()) == ()


RULES = st.sampled_from(
    [Ignore("*", part) for part in (*VARYING, "query", "body", "credentials", "odd", "body:/", "path:x", "header:x")]
    + [Noise("*", part, "uuid", "request") for part in (*VARYING, "path:99", "body:", "query:")]
)
ASKED = st.builds(
    lambda target, body, media: parts(f"/v1/{target}", body, media),
    st.text("ab/?=&%0", max_size=8), st.text('{}[]"a:,1=&', max_size=8), st.sampled_from(["", JSON, FORM]),
)  # fmt: skip


@given(ASKED, st.lists(RULES, max_size=4))
def test_relaxing_never_fails_and_says_the_same_twice(asked: Parts, rules: list[Ignore | Noise]) -> None:
    """Whatever the request holds."""
    assert relax(asked, rules).digest() == relax(asked, rules).digest()


def test_no_rule_is_too_odd_for_a_request() -> None:
    """A number of thousands of digits leads nowhere; a pointer of a thousand steps leaves a body as it is."""
    many, deep = "9" * 5000, '{"a":' * 1000 + "1" + "}" * 1000
    for made, part in (
        (parts("/v1/x"), f"path:{many}"),
        (parts(body="[1]", media=JSON), f"body:/{many}"),
        (parts(body=deep, media=JSON), "body:" + "/a" * 1000),
    ):
        assert relax(made, [Ignore("*", part)]) == made
    assert request_values(Request("GET", "/v1/x"), f"path:{many}") == ()
