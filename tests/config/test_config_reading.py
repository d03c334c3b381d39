"""The configuration's table is read whole, or refused with every mistake in it."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from truemirror.config import Config, RedactionConfig, ServiceConfig, parse
from truemirror.config.reading import REDACTION, ROOT, SERVICE
from truemirror.errors import ConfigError, ExitCode

HERE = Path("/repository")
FILE = HERE / "truemirror.toml"

WHOLE = """
service = "deals"
mirrors = "recorded"
report = "/var/report"
max_age_days = 30
stale = "refuse"
allow_hosts = ["localhost", "*.example.com", "[::1]:8080"]
environment = { CLOCK = "2026-03-02" }

[services.tags]
owner = "team-tags"
hosts = ["tags.internal", "tags.internal:8080"]
env = "TAGS_URL"
contract = "1.2"
max_age_days = 7
start = "uvicorn crm.tags:app --port {port}"
health = ""
start_timeout = 3
cwd = "services/tags"
environment = { DEBUG = "1" }
reads = ["POST /v1/search"]
suite = "suites/tags"
mean_ms = 23

[services.deals]
consumes = ["tags"]

[redaction]
names = ["x-internal"]
keep = ["session_count"]
"""


def read(text: str) -> Config:
    """The configuration that a truemirror.toml holds."""
    return parse(tomllib.loads(text), HERE, FILE, text=text)


def mistake(text: str) -> ConfigError:
    """The error that a truemirror.toml gives."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value


def test_everything_written_is_kept() -> None:
    """Each key becomes the field of its name, folders absolute."""
    tags = ServiceConfig(
        name="tags",
        owner="team-tags",
        hosts=("tags.internal", "tags.internal:8080"),
        env="TAGS_URL",
        contract="1.2",
        max_age_days=7,
        start="uvicorn crm.tags:app --port {port}",
        health="",
        start_timeout=3.0,
        cwd="services/tags",
        environment={"DEBUG": "1"},
        reads=("POST /v1/search",),
        suite="suites/tags",
        mean_ms=23.0,
    )
    assert read(WHOLE) == Config(
        root=HERE,
        source=FILE,
        service="deals",
        mirrors=HERE / "recorded",
        contracts=HERE / "contracts",
        suites=HERE / "suites",
        report=Path("/var/report"),
        max_age_days=30,
        stale="refuse",
        allow_hosts=("localhost", "*.example.com", "[::1]:8080"),
        environment={"CLOCK": "2026-03-02"},
        services={"tags": tags, "deals": ServiceConfig(name="deals", consumes=("tags",))},
        redaction=RedactionConfig(names=("x-internal",), keep=("session_count",)),
    )


def test_nothing_written_is_all_defaults() -> None:
    """An empty table is the default configuration with absolute folders."""
    config = parse({}, HERE, None)
    assert config == Config(
        root=HERE,
        mirrors=HERE / "mirrors",
        contracts=HERE / "contracts",
        suites=HERE / "suites",
        report=HERE / "report",
    )


def test_the_dataclasses_say_what_may_be_written() -> None:
    """Keys that are read and fields that are kept are the same."""
    assert set(ROOT) == {field.name for field in fields(Config)} - {"root", "source"}
    assert set(SERVICE) == {field.name for field in fields(ServiceConfig)} - {"name"}
    assert set(REDACTION) == {field.name for field in fields(RedactionConfig)}


def test_an_unknown_key_names_the_nearest_and_its_line() -> None:
    """A typing error is found where it is."""
    error = mistake('service = "a"\n\n[services.tags]\nowner = "x"\nhelth = "/up"\n')
    assert error == ConfigError("unknown key", where=f"{FILE}:5: services.tags.helth", nearest="health")
    assert error.exit_code is ExitCode.USAGE


def test_an_unknown_key_like_no_other_lists_all() -> None:
    """Where nothing is near, everything known is shown."""
    assert mistake("xyzzy = 1").fix.startswith("known are service, mirrors,")


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ('[services.tags]\nstale = "warn"', "this key belongs to the whole configuration", "2: services.tags.stale"),
        ('owner = "team"', "this key belongs to one service", "1: owner"),
        (
            '[tool.truemirror]\nservice = "a"',
            "in a file of its own the configuration has no [tool.truemirror]",
            "1: tool",
        ),
    ],
)
def test_a_key_in_the_wrong_table_is_told_its_own(text: str, what: str, where: str) -> None:
    """A known key in another place is not merely unknown."""
    error = mistake(text)
    assert (error.what, error.where) == (what, f"{FILE}:{where}")
    assert error.fix


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("owner = 3", "it should be text in quotes, not a number (3)"),
        ("owner = true", "it should be text in quotes, not true or false (true)"),
        ("owner = 2026-03-02", "it should be text in quotes, not a date"),
        ('hosts = "tags.internal"', "it should be a list, not text ('tags.internal')"),
        ('hosts = ["http://tags.internal"]', "'http://tags.internal' is not a host"),
        ('hosts = ["a.internal", "a.internal"]', "'a.internal' is in the list twice"),
        ('env = "TAGS-URL"', "'TAGS-URL' is not the name of an environment variable"),
        ('contract = "latest"', "'latest' is not a contract version"),
        ('start = "run \'it"', "has a quote that is not closed"),
        ('start = " "', "it is empty"),
        ('start = "run {prot}"', "nothing is known for {prot}"),
        ('health = "up"', "'up' is not a path"),
        ("start_timeout = 0", "0 is not a number greater than zero"),
        ("start_timeout = inf", "inf is not a number greater than zero"),
        ("start_timeout = true", "it should be a number, not true or false"),
        ("environment = 1", "it should be a table, not a number"),
        ("environment = { DEBUG = 1 }", "as all values of environment variables are, for DEBUG"),
        ('reads = ["search"]', "'search' is not an operation"),
        ('mean_ms = "fast"', "it should be a number, not text ('fast')"),
        ('consumes = ["tagz"]', "no service is called 'tagz'"),
        ('consumes = ["tags"]', "a service does not consume itself"),
    ],
)
def test_a_wrong_value_of_a_service_names_its_place(line: str, what: str) -> None:
    """The message says what is wrong with it and in which line."""
    error = mistake(f"[services.tags]\n{line}\n")
    assert what in error.what
    assert error.where.startswith(f"{FILE}:2: services.tags.{line.split()[0]}")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('max_age_days = "30"', "it should be a whole number, not text ('30')"),
        ("max_age_days = 0", "0 is not greater than zero"),
        ("max_age_days = true", "it should be a whole number, not true or false"),
        ('stale = "warm"', "'warm' is none of warn, refuse"),
        ("services = []", "it should be a table, not a list"),
        ("services.tags = 1", "it should be a table, not a number"),
        ('services."../x".owner = "a"', "'../x' is not a service's name"),
        ("redaction.names = [1]", "it should be text in quotes, not a number (1)"),
    ],
)
def test_a_wrong_value_above_the_services_names_its_place(line: str, what: str) -> None:
    """The message says what is wrong with it and in which line."""
    error = mistake(f"# first\n{line}\n")
    assert what in error.what
    assert error.where.startswith(f"{FILE}:2: ")


@pytest.mark.parametrize("line", ['hosts = ["API.internal"]', 'env = "API_URL"'])
def test_a_host_or_variable_stands_for_one_service(line: str) -> None:
    """What two services share would send one's calls to the other."""
    error = mistake(f'[services.a]\nhosts = ["api.internal"]\nenv = "API_URL"\n[services.b]\n{line}\n')
    assert "is already that of a" in error.what
    assert ":5: services.b." in error.where


def test_a_service_without_a_variable_has_one_made_from_its_name() -> None:
    """Whoever is told addresses needs no configuration for it; a clash is found all the same."""
    assert read("[services.public-api]").services["public-api"].variable == "PUBLIC_API_URL"
    assert "is already that of a" in mistake('[services.a]\nenv = "B_URL"\n[services.b]\n').what


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """One run shows everything that has to be corrected."""
    error = mistake('[services.b]\nconsumes = ["c"]\nstart = 1\n\n[redaction]\nkeeep = []\n')
    assert error.what.splitlines()[0] == "the configuration has 3 mistakes"
    places = [line.split(":")[1] for line in error.what.splitlines() if str(FILE) in line]
    assert places == ["2", "3", "6"]


def test_a_key_of_pyproject_is_found_under_its_tool_table() -> None:
    """Line numbers are right in pyproject.toml, and a key of another tool is not mistaken for ours."""
    text = '[tool.other]\nstale = "x"\n\n[tool.truemirror]\nstale = "x"\n'
    table = tomllib.loads(text)["tool"]["truemirror"]
    with pytest.raises(ConfigError) as caught:
        parse(table, HERE, HERE / "pyproject.toml", text=text)
    assert caught.value.where == f"{HERE}/pyproject.toml:5: stale"


def test_a_service_is_found_by_its_host_with_or_without_a_port() -> None:
    """A port that the configuration does not name does not matter."""
    config = read(WHOLE)
    assert config.service_of_host("tags.internal:9999") == config.services["tags"]
    assert config.service_of_host("tags.internal") == config.services["tags"]
    assert config.service_of_host("other.internal") is None


def test_waivers_are_read_in_order() -> None:
    """Days may be dates of TOML or text."""
    text = """
[[waivers]]
rule = "convention-*"
reason = "old"
until = 2027-03-31
[[waivers]]
fingerprint = "1f0c9a7be2d4"
reason = "looked at"
until = "2027-04-01"
"""
    first, second = read(text).waivers
    assert (first.rule, first.until) == ("convention-*", "2027-03-31")
    assert (second.fingerprint, second.until) == ("1f0c9a7be2d4", "2027-04-01")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[waivers]]\nservice = "a"', "a waiver without a reason"),
        ('[[waivers]]\nreason = "b"', "a waiver that does not say what it waives"),
        ('[[waivers]]\nservice = "a"\nreason = "b"\nuntil = "soon"', "'soon' is no day"),
        ('[waivers]\nrule = "a"', "it should be a list of tables"),
        ('[[waivers]]\nrul = "a"\nreason = "b"\nservice = "c"', "unknown key"),
        ('[[waivers]]\nrule = "enum-unknow"\nreason = "b"', "no rule has the id 'enum-unknow'"),
        ('[[waivers]]\nrule = "enumm-*"\nreason = "b"', "no rule has the id 'enumm-*'"),
        ('[[waivers]]\nfingerprint = "x"\nreason = "b"', "is not a finding's fingerprint"),
    ],
)
def test_a_waiver_that_is_none_is_refused(text: str, said: str) -> None:
    """Why and what must be said."""
    assert said in mistake(text).what
