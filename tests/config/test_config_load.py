"""What the configuration says of load: systems that may be loaded, and the runs of the gate."""

from dataclasses import fields
from pathlib import Path

import pytest

from truemirror.config import parse
from truemirror.config.model import LoadConfig
from truemirror.config.reading import ENVIRONMENT, LOAD
from truemirror.core.environment import Environment
from truemirror.errors import ConfigError

HERE = Path("/repository")
_SANDBOX = {"services": {"deals": {}}}
_HOSTS = {"deals": "https://api.sandbox.example"}


def test_environments_are_read() -> None:
    """Hosts and ceilings."""
    hosts = {"deals": "https://api.sandbox.example"}
    table = {
        "services": {"deals": {}},
        "environments": {"sandbox": {"hosts": hosts, "sensitive": False, "max_rate": 200, "stop_errors": 0.1}},
    }
    assert parse(table, HERE, None).environments == {
        "sandbox": Environment("sandbox", hosts, sensitive=False, max_rate=200.0, stop_errors=0.1)
    }


def test_an_environment_allows_what_it_says_and_no_more() -> None:
    """Without a word it is sensitive, and may not be loaded."""
    table = {"services": {"web": {}}, "environments": {"live": {"hosts": {"web": "https://crm.example"}}}}
    found = parse(table, HERE, None).environments["live"]
    assert (found.sensitive, found.max_rate) == (True, 0.0)


def test_the_gates_runs_are_read() -> None:
    """Nothing is run when nothing is said."""
    assert parse({}, HERE, None).load.profiles == ()
    table = {"load": {"profiles": ["public-flow"], "rate": 6, "seconds": 45, "undecided": "refuse"}}
    assert parse(table, HERE, None).load == LoadConfig(("public-flow",), 6.0, 45.0, "refuse")


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({**_SANDBOX, "environments": {"sandbox": {"hosts": _HOSTS, "host": {}}}}, "environments.sandbox.host"),
        ({**_SANDBOX, "environments": {"sandbox": {"hosts": _HOSTS, "max_rate": 0}}}, "environments.sandbox.max_rate"),
        ({"environments": {"sandbox": {"hosts": _HOSTS}}}, "environments.sandbox.hosts"),
        ({"environments": {"sandbox": 3}}, "environments.sandbox"),
        ({"load": {"profile": ["x"]}}, "load.profile"),
        ({"load": {"undecided": "pass"}}, "load.undecided"),
    ],
)
def test_mistakes_have_their_place(table: dict[str, object], place: str) -> None:
    """And name what was meant."""
    with pytest.raises(ConfigError) as told:
        parse(table, HERE, None)
    assert told.value.where == place


def test_the_dataclasses_say_what_may_be_written() -> None:
    """Keys, fields and the guard's own values are the same."""
    assert [one.name for one in fields(Environment)] == ["name", *ENVIRONMENT]
    assert [one.name for one in fields(LoadConfig)] == list(LOAD)
