"""What a consumer says to a provider, as a pact: true of the recording, and read back as what the consumer needs."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.pact import Interaction, interactions_of
from truemirror.core.foreign.pact_writing import Parties, write_pact
from truemirror.core.mirror.model import Mirror, MirrorRules, Scenario
from truemirror.core.usage.expected import needs_of, requests_of
from truemirror.core.usage.interactions import Known, by_path, of_expectation, of_mirror
from truemirror.core.usage.needs import Asked, Expectation, Need
from truemirror.core.usage.paths import steps_of
from truemirror.core.usage.schema import schema_of_all
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers

JSON = Headers((("Content-Type", "application/json"),))
WEB = Parties("web", "pets")
ASKED_AT_NIGHT = Asked(Request("GET", "/pets"), "x", ("Tom is there", "it is night"))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\"'*"), min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def exchange(target: str = "/pets/1", value: Any = True, method: str = "GET", status: int = 200) -> Exchange:
    """One exchange with an answer in JSON."""
    return Exchange(Request(method, target, JSON), Response(status, headers=JSON, body=json.dumps(value).encode()))


def mirror(*exchanges: Exchange) -> Mirror:
    """A mirror with one scenario."""
    return Mirror("pets", "1.0.0", (Scenario("a day", exchanges),))


def told(one: Mirror, *needs: Need) -> tuple[tuple[Interaction, ...], list[str]]:
    """The interactions of a mirror, and the parts that are left out."""
    gathering = Gathering()
    found = of_mirror(one, Known(needs) if needs else None, gathering)
    return found, [f"{each.part}: {each.why}" for each in gathering.left_out]


def needs_again(found: tuple[Interaction, ...], specification: int) -> tuple[Need, ...]:
    """What a pact of these says that is needed, once it was written and read."""
    document = json.loads(json.dumps(write_pact(WEB, found, specification, "1", Gathering())))
    read = interactions_of(Source("x", document), Gathering()).interactions
    return needs_of(read, lambda one: by_path(one.exchange.request.method, one.exchange.request.target), Gathering())


@given(value=VALUES, specification=st.sampled_from([3, 4]))
def test_what_a_pact_says_is_true_of_the_recording(value: Any, specification: int) -> None:
    """The recorded answer has everything that is needed, as an independent validator sees it."""
    found, _ = told(mirror(exchange(value=value)))
    needs = needs_again(found, specification)
    assert [one.status for one in needs] == ["200"] * len(needs)
    body = tuple(one for one in needs if one.path or one.kinds)
    assert bool(body) is (value is not None)
    jsonschema.Draft202012Validator(schema_of_all(body) if body else {}).validate(value)


@given(
    rows=st.dictionaries(
        st.lists(NAMES, min_size=1, max_size=3).map(tuple),
        st.sampled_from(
            [("string", ""), ("integer", ""), ("number", ""), ("boolean", ""), ("null", ""), ("string", "p")]
        ),
        min_size=1,
        max_size=4,
    ),
    specification=st.sampled_from([3, 4]),
)
def test_what_was_imported_is_exported_as_the_same_needs(rows: dict[Any, Any], specification: int) -> None:
    """Of one request and an answer whose kinds and patterns are known."""
    kept = {path: row for path, row in rows.items() if not any(path[: len(one)] == one for one in rows if one != path)}
    needs: dict[tuple[str, ...], Need] = {}
    for path, (kind, pattern) in kept.items():
        for length in range(len(path)):
            needs[path[:length]] = Need("GET /pets/{}", "200", path[:length], ("object",), because="a pet is shown")
        shape = "^(?:pet_[0-9]+)$" if pattern else ""
        needs[path] = Need("GET /pets/{}", "200", path, (kind,), shape, because="a pet is shown")
    asked = requests_of([replace(told(mirror(exchange()))[0][0], description="a pet is shown")])
    found = of_expectation(Expectation("web", "pets", tuple(needs.values()), asked), by_path, Gathering())
    assert set(needs_again(found, specification)) == set(needs.values())


def test_only_what_the_consumer_needs_is_told() -> None:
    """Of the answers that it is known to ask for, whatever else was recorded."""
    body = {"items": [{"name": "Tom", "age": 3, "tags": {"x": 1}}, {"name": "Kit", "age": 4, "tags": {}}], "total": 2}
    rows = (
        ("$.items[].name", "string", "^[A-Z]"),
        ("$.items[].age", "integer", ""),
        ("$.items[].tags.*", "number", ""),
    )
    needs = [Need("GET /pets", "200", steps_of(path), (kind,), pattern) for path, kind, pattern in rows]
    found, left = told(mirror(exchange("/pets?page=1", body), exchange("/owners", {})), *needs)
    ((one,), _) = found, left
    assert left == []
    assert json.loads(one.exchange.outcome.body) == {"items": [{"name": "Tom", "age": 3, "tags": {"x": 1}}]}
    document = write_pact(WEB, found, 3, "1", Gathering())["interactions"][0]
    rules = {path: rule["matchers"] for path, rule in document["response"]["matchingRules"]["body"].items()}
    assert rules == {
        "$": [{"match": "type"}],
        "$.items[*].name": [{"match": "regex", "regex": r"[\s\S]*(?:^[A-Z])[\s\S]*"}],
        "$.items[*].age": [{"match": "integer"}],
        "$.items[*].tags": [{"match": "values"}],
        "$.items[*].tags.*": [{"match": "type"}],
    }


@pytest.mark.parametrize(
    ("need", "why"),
    [
        (Need("GET /pets/1", "200", ("name",), ("null", "string")), "$.name: it may be null or string"),
        (Need("GET /pets/1", "200", ("name",)), "$.name: it may be any value"),
        (Need("GET /pets/1", "200", ("name",), ("string",), required=False), "$.name: it may be missing"),
        (Need("GET /pets/1", "200", ("nick",), ("string",)), "$.nick: not every recording shows it"),
        (Need("GET /pets/1", "200", ("name",), ("integer",)), "$.name: the recordings show it as string"),
        (Need("GET /pets/1", "200", ("name",), ("string",), "^x"), "$.name: the recordings show it otherwise"),
    ],
)
def test_what_a_pact_cannot_say_of_an_answer_is_listed(need: Need, why: str) -> None:
    """With the path and the reason."""
    _, left = told(mirror(exchange(value={"name": "Tom"})), need)
    assert [one.partition(" ")[2][: len(why)] for one in left] == [why]


def test_a_state_is_a_scenario_and_says_what_came_before_a_change() -> None:
    """A search that only reads changes nothing; the same again is told once."""
    made = exchange("/pets", {"id": 1}, "POST", 201)
    search = exchange("/search", {"total": 0}, "POST")
    one = replace(mirror(exchange(), exchange(), search, made, exchange()), rules=MirrorRules(reads=("POST /search",)))
    found, left = told(one)
    assert left == []
    assert [(each.description, each.states, each.after) for each in found] == [
        ("GET /pets/1 answers 200", ("a day",), 0),
        ("POST /search answers 200", ("a day",), 0),
        ("POST /pets answers 201", ("a day",), 0),
        ("GET /pets/1 answers 200", ("a day",), 4),
    ]


def test_what_no_pact_holds_is_listed_whole() -> None:
    """A fault, and another answer to the same request in the same state."""
    broken = Exchange(Request("GET", "/pets/2", JSON), Fault(FaultKind.RESET))
    found, left = told(mirror(exchange(value={"a": 1}), broken, exchange(value={"b": 1})))
    assert len(found) == 1
    assert [one.partition(":")[0] for one in left] == ["fault", "response"]


def test_fields_of_the_client_and_of_the_day_are_left_away() -> None:
    """Of the request those that no provider answers by, of the answer all but its media type and its address."""
    asked = Headers((("Host", "x"), ("User-Agent", "y"), ("Accept", "a/b"), ("Authorization", "Bearer z")))
    answered = Headers((("Date", "today"), ("Location", "/pets/7"), ("Content-Type", "application/json")))
    made = Exchange(Request("POST", "/pets", asked), Response(201, headers=answered, body=b'{"id": 7}'))
    ((one,), _) = told(mirror(made))
    document = write_pact(WEB, [one], 4, "1", Gathering())["interactions"][0]
    assert document["request"]["headers"] == {"Accept": ["a/b"], "Authorization": ["Bearer z"]}
    assert document["response"]["headers"] == {"Location": ["/pets/7"], "Content-Type": ["application/json"]}
    assert document["response"]["matchingRules"]["header"] == {
        "Location": {"combine": "AND", "matchers": [{"match": "type"}]}
    }


def test_without_a_recording_an_answer_is_made_up() -> None:
    """It has what is needed; requests and answers that nobody can put together are listed."""
    needs = (
        Need("GET /pets/1", "200", ("id",), ("string",), "^pet_[0-9]+$", because="shown"),
        Need("GET /lost", "404", ("code",), ("string",), because="lost"),
    )
    asked = requests_of([replace(told(mirror(exchange()))[0][0], description="shown")])
    gathering = Gathering()
    (one,) = of_expectation(Expectation("web", "pets", needs, asked), by_path, gathering)
    assert json.loads(one.exchange.outcome.body)["id"].startswith("pet_")
    assert [(each.entry, each.whole) for each in gathering.left_out] == [("GET /lost 404", True)]


def test_an_id_that_an_answer_gave_is_listed_once() -> None:
    """The pact has the recorded one, so the provider's state has to bring it up; what the client chose is its own."""
    born = exchange("/pets", {"id": "pet_7f3a9c21d0"}, "POST", 201)
    asked = exchange("/pets/pet_7f3a9c21d0"), exchange("/pets/pet_7f3a9c21d0/toys")
    _, left = told(mirror(exchange("/pets/pet_00ee51aa77"), born, *asked, exchange("/pets/pet_00ee51aa77")))
    assert len(left) == 1
    assert left[0].startswith("request.path")
    assert "an exchange before answered this value" in left[0]


def test_states_of_a_pact_are_in_the_pact_that_is_written_of_it() -> None:
    """Where there is no mirror to take them from."""
    known = Expectation("web", "pets", (Need("GET /pets", "200", (), because="x"),), (ASKED_AT_NIGHT,))
    (found,) = of_expectation(known, by_path, Gathering())
    assert found.states == ("Tom is there", "it is night")
