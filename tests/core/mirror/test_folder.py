"""A mirror's folder: names that are safe, files that read well, the same mirror giving the same files."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.folder import (
    PART_LIMIT,
    PART_NAME,
    PARTS,
    SERVICE_NAME,
    VERSION_NAME,
    decode_mirror,
    decode_part,
    decode_scenario,
    encode_mirror,
    encode_scenario,
    folder_of,
    folders_of,
    hashed_folder_of,
    is_folder_name,
    part_name,
)
from truemirror.core.mirror.model import FORMAT, Ignore, Link, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.noise_kinds import KINDS
from truemirror.core.mirror.session import scenario_name, scenario_names
from truemirror.core.mirror.strict_json import parse_json
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError
from truemirror.testing.strategies import exchanges

RULES = MirrorRules(
    (Ignore("*", "query:ts", "a cache buster"), Ignore("GET /a", "body")),
    (Noise("*", "body:/at", "date"),),
    ("POST /q",),
    (
        Link("POST /a", given="body:/id", to="GET /a/{}", used="path:1"),
        Link("POST /a", made="body:/key", given="body:/key", kind="uuid"),
        Link("PUT /a/{}", made="path:1", to="*", used="path:1"),
    ),
)


@given(st.text(max_size=300))
def test_every_scenario_has_a_folder(name: str) -> None:
    """Whatever a session is called, its folder's name is safe, not hidden, no path and not too long."""
    folder = folder_of(name)
    assert is_folder_name(folder)
    assert len(folder.encode()) <= 200
    assert not set(folder) & set("/\\\0: ")
    assert folder not in (".", "..", "bodies")
    assert not folder.startswith((".", "-"))


@given(st.text(max_size=12), st.text(max_size=12))
def test_different_scenarios_have_different_folders(one: str, other: str) -> None:
    """No two conversations are written over each other."""
    assert (folder_of(one) == folder_of(other)) == (one == other)


@given(st.sets(st.text("aAbBéÉ", max_size=3), max_size=8), st.integers(0, 8))
def test_no_two_folders_differ_by_case_only(names: set[str], known: int) -> None:
    """Where file systems know no case, conversations stay apart; what has a folder keeps it."""
    there = list(folders_of(sorted(names)[:known], ()).values())
    folders = folders_of(names, there)
    assert len({folder.casefold() for folder in folders.values()}) == len(names)
    assert all(folders[name] in (folder_of(name), hashed_folder_of(name)) for name in names)
    assert set(there) <= set(folders.values())


def test_folders_that_are_there_stay() -> None:
    """Mirrors that were recorded where case counts are left as they are; a strange folder's name is not taken."""
    assert folders_of(["Ada", "ada"], ["Ada", "ada"]) == {"Ada": "Ada", "ada": "ada"}
    assert folders_of(["Ada"], ["ada"]) == {"Ada": hashed_folder_of("Ada")}
    assert folders_of(["Ada", "ada"], []) == {"Ada": "Ada", "ada": hashed_folder_of("ada")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t.py::test[a/b]", "t.py::test[a-b]"),
        ("t.py::test[a b]", "t.py::test[a/b]"),
        ("t.py::test[a]", "t.py::test[a-]"),
        ("t.py::test[a]", "t.py::test[a.]"),
        ("t.py::test[a[b]", "t.py::test[a-b]"),
    ],
)
def test_parameters_keep_tests_apart(one: str, other: str) -> None:
    """What a name cannot say of a test's parameters goes into a hash."""
    assert scenario_name(one) != scenario_name(other)
    assert is_folder_name(scenario_name(one))
    assert scenario_name(one) in scenario_names(one)


def test_ordinary_names_are_as_they_always_were() -> None:
    """Recordings are found again; those of an older name, too."""
    assert scenario_name("tests/test_a.py::TestB::test_c[x-1]") == "tests-test_a.py-TestB-test_c-x-1"
    assert scenario_name("ada logs in") == "ada-logs-in"
    assert scenario_names("t.py::test[a/b]")[1] == "t.py-test-a-b"


@given(st.text(min_size=1, max_size=60))
def test_names_made_for_sessions_are_folders_as_they_are(session: str) -> None:
    """A test's scenario is found by its own name."""
    name = scenario_name(session)
    assert folder_of(name) == name or len(name.encode()) > 200 or name.lower() == "bodies" or "=" in name


@pytest.mark.parametrize(
    "name", ["bodies", "Bodies", "mirror.json", "", ".", "..", "../x", "a/b", "a.", "-x", "a\n", "x=0123456789ab"]
)
def test_names_that_would_collide_or_lead_away_are_hashed(name: str) -> None:
    """Reserved names and paths become another name that says as much as it can."""
    assert folder_of(name) != name


@pytest.mark.parametrize(
    "name", ["..", ".", "", "../x", "a/b", "/etc", ".hidden", "-rf", "a b", "a\n", "a\0", "é", "x" * 101]
)
def test_services_and_versions_have_plain_names(name: str) -> None:
    """What comes from a command line or a file cannot lead anywhere else."""
    assert not SERVICE_NAME.match(name)
    assert not VERSION_NAME.match(name)


def test_the_rules_of_a_mirror_come_back() -> None:
    """mirror.json keeps what people declared, in their order."""
    raw = encode_mirror(Mirror("tags", "1.2.0", (), RULES))
    assert decode_mirror(parse_json(raw), "tags", "1.2.0") == RULES
    assert list(json.loads(raw)) == ["format", "ignore", "links", "noise", "reads", "service", "version"]
    assert json.loads(raw)["ignore"][1] == {"operation": "GET /a", "part": "body"}
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw


@pytest.mark.parametrize(
    "link",
    [
        {"from": "POST /a"},
        {"from": "POST /a", "given": "body:/id"},
        {"from": "POST /a", "given": "body:/id", "to": "GET /a"},
        {"from": "POST /a", "given": "body:/id", "used": "path:1"},
        {"from": "POST /a", "to": "GET /a", "used": "path:1"},
        {"from": "POST /a", "given": "body:/id", "made": "body:/id", "to": "GET /a", "used": "path:1"},
        {"given": "body:/id", "to": "GET /a", "used": "path:1"},
        {"from": 7, "given": "body:/id", "to": "GET /a", "used": "path:1"},
        "POST /a",
    ],
)
def test_a_link_without_beginning_or_end_is_refused(link: Any) -> None:
    """With its place, and an example of what would have worked where that helps."""
    with pytest.raises(FormatError) as error:
        decode_mirror({"links": [link]}, "tags", "1.0.0")
    assert error.value.where.startswith("links")


def test_a_mirror_without_links_says_nothing_of_them() -> None:
    """So that files written before there were links stay as they are."""
    assert b"links" not in encode_mirror(Mirror("tags", "1.0.0"))


@given(st.text(), st.sampled_from(PARTS), st.text(), st.text(), st.sampled_from(KINDS))
def test_any_rule_comes_back(operation: str, what: str, name: str, why: str, kind: str) -> None:
    """What a person wrote as reason survives, whatever it is."""
    part = f"{what}:{name}"
    rules = MirrorRules((Ignore(operation, part, why),), (Noise(operation, part, kind),), (operation,))
    if operation and why:
        assert decode_mirror(parse_json(encode_mirror(Mirror("a", "1", (), rules))), "a", "1") == rules


WRONG_MIRRORS: list[tuple[Any, str, str]] = [
    ([], "", "an object"),
    ({"format": FORMAT + 1}, "format", "upgrade truemirror"),
    ({"format": "1"}, "format", "number from 1 on"),
    ({"service": "other"}, "service", "move the folder"),
    ({"version": "9"}, "version", '"version": "1"'),
    ({"version": 1}, "version", "expected a text"),
    ({"igore": []}, "igore", "nearest: ignore"),
    ({"ignore": {}}, "ignore", "a list"),
    ({"ignore": [{"operation": "*"}]}, "ignore[0].part", "is missing"),
    ({"ignore": [{"operation": "*", "part": "body", "why": 1}]}, "ignore[0].why", "a text"),
    ({"ignore": [{"operation": "*", "part": "body"}, 7]}, "ignore[1]", "an object"),
    ({"noise": [{"operation": "*", "part": "body", "knd": ""}]}, "noise[0].knd", "nearest: kind"),
    ({"noise": [{"operation": "*", "part": "body:/at", "kind": "datetime"}]}, "noise.kind", "nearest: date-time"),
    ({"noise": [{"operation": "*", "part": "body:/at", "kind": "qqqq"}]}, "noise.kind", "one of string, number"),
    ({"noise": [{"operation": "*", "part": "bdy:/at", "kind": "uuid"}]}, "noise.part", "nearest: body"),
    ({"ignore": [{"operation": "*", "part": "qqqq"}]}, "ignore.part", "one of body, cookie"),
    ({"links": [{"from": "*", "made": "bod:/a", "given": "body:/a"}]}, "links.made", "nearest: body"),
    ({"links": [{"from": "*", "made": "body:/a", "given": "body:/a", "kind": "uid"}]}, "links.kind", "nearest: uuid"),
    ({"reads": [1]}, "reads[0]", "an operation"),
    ({"reads": "POST /q"}, "reads", "a list"),
]


@pytest.mark.parametrize(("document", "where", "what"), WRONG_MIRRORS, ids=[repr(one[0])[:40] for one in WRONG_MIRRORS])
def test_a_wrong_main_file_is_refused_with_its_place(document: Any, where: str, what: str) -> None:
    """Each mistake names the field and what would be right."""
    with pytest.raises(FormatError) as caught:
        decode_mirror(document, "tags", "1")
    assert caught.value.where == where
    assert what in str(caught.value)


def test_a_main_file_may_be_bare() -> None:
    """A person who writes one by hand needs to say nothing."""
    assert decode_mirror({}, "tags", "1") == MirrorRules()


@given(st.text(max_size=20), st.sampled_from(["", "2026-01-31"]))
def test_a_scenario_knows_its_name_and_day(name: str, recorded: str) -> None:
    """scenario.json says what the folder cannot."""
    files = encode_scenario(Scenario(name, (), recorded), MirrorRules(), {})
    assert list(files) == ["scenario.json"]
    assert decode_scenario(parse_json(files["scenario.json"]), folder_of(name)) == (name, recorded)


WRONG_SCENARIOS: list[tuple[Any, str, str]] = [
    (3, "", "an object"),
    ({"recorded": "yesterday"}, "recorded", "2026-01-31"),
    ({"recorded": "2026-01-31\n"}, "recorded", "2026-01-31"),
    ({"recorded": 20260131}, "recorded", "a text"),
    ({"name": "other"}, "name", "rename the folder to other"),
    ({"name": "../../etc"}, "name", "does not belong"),
    ({"format": 99}, "format", "knows formats up to"),
    ({"day": ""}, "day", "is no field"),
]


@pytest.mark.parametrize(("document", "where", "what"), WRONG_SCENARIOS, ids=[repr(one[0]) for one in WRONG_SCENARIOS])
def test_a_wrong_scenario_file_is_refused_with_its_place(document: Any, where: str, what: str) -> None:
    """A scenario that claims another name or a day that is none is not believed."""
    with pytest.raises(FormatError) as caught:
        decode_scenario(document, "ada")
    assert caught.value.where == where
    assert what in str(caught.value)


def decoded(files: dict[str, bytes], bodies: dict[str, bytes]) -> list[Exchange]:
    """All exchanges of a scenario's files, in order."""
    reading = Reading(lambda name, size: bodies[name])
    parts = [raw for name, raw in files.items() if PART_NAME.match(name)]
    return [exchange for raw in parts for exchange in decode_part(parse_json(raw), reading)]


@given(st.lists(exchanges, max_size=4))
def test_a_scenario_comes_back_from_its_files(conversation: list[Exchange]) -> None:
    """Every exchange, in order; and the same conversation gives the same bytes."""
    bodies: dict[str, bytes] = {}
    scenario = Scenario("ada", tuple(conversation), "2026-01-31")
    files = encode_scenario(scenario, MirrorRules(), bodies)
    back = decoded(files, bodies)
    assert back == conversation
    assert encode_scenario(Scenario("ada", tuple(back), "2026-01-31"), MirrorRules(), {}) == files
    assert all(raw.endswith(b"\n") and b"\r" not in raw for raw in files.values())


def test_a_part_is_indented_like_any_json_of_two_spaces() -> None:
    """Other tools that format JSON this way find nothing to change but one-line lists."""
    exchange = Exchange(Request("GET", "/"), Response(200, body=b'{"a":[1]}'))
    raw = encode_scenario(Scenario("ada", (exchange, exchange)), MirrorRules(), {})["0001.json"]
    assert raw.decode() == json.dumps(json.loads(raw), indent=2) + "\n"
    assert list(json.loads(raw)["exchanges"][0]) == ["id", "request", "response"]


def test_a_part_is_full_at_one_mib() -> None:
    """A long conversation is cut where a part has reached its size, never inside an exchange."""
    long = tuple(Exchange(Request("GET", f"/{n}"), Response(200, body=b"x" * 60_000)) for n in range(40))
    files = encode_scenario(Scenario("ada", long), MirrorRules(), {})
    parts = [name for name in files if PART_NAME.match(name)]
    assert parts == [part_name(n) for n in range(3)] == ["0001.json", "0002.json", "0003.json"]
    assert all(PART_LIMIT <= len(files[name]) < PART_LIMIT + 70_000 for name in parts[:-1])
    assert decoded(files, {}) == list(long)


WRONG_PARTS: list[tuple[Any, str, str]] = [
    ([], "", "an object"),
    ({"exchanges": {}}, "exchanges", "a list"),
    ({"exchanges": [7]}, "exchanges[0]", "an object"),
    ({"exchange": []}, "exchange", "nearest: exchanges"),
    ({"exchanges": [], "format": 2.5}, "format", "number from 1 on"),
]


@pytest.mark.parametrize(("document", "where", "what"), WRONG_PARTS, ids=[repr(one[0]) for one in WRONG_PARTS])
def test_a_wrong_part_is_refused_with_its_place(document: Any, where: str, what: str) -> None:
    """The number of the exchange is in the path."""
    with pytest.raises(FormatError) as caught:
        decode_part(document, Reading(lambda name, size: b""))
    assert caught.value.where == where
    assert what in str(caught.value)
