"""What the configuration says of load: systems that may be loaded, and the runs of the gate."""

from dataclasses import fields
from pathlib import Path

import pytest

from truemirror.config import parse
from truemirror.config.model import EnvironmentConfig, LoadConfig
from truemirror.config.reading import ENVIRONMENT, LOAD
from truemirror.core.load.guard import Environment
from truemirror.errors import ConfigError

HERE = Path("/repository")


def test_environments_are_read() -> None:
    """Hosts and ceilings."""
    table = {"environments": {"sandbox": {"hosts": ["api.sandbox.example"], "max_rate": 200, "stop_errors": 0.1}}}
    assert parse(table, HERE, None).environments == {
        "sandbox": EnvironmentConfig(("api.sandbox.example",), 200.0, 600.0, 0.1)
    }


def test_the_gates_runs_are_read() -> None:
    """Nothing is run when nothing is said."""
    assert parse({}, HERE, None).load.profiles == ()
    table = {"load": {"profiles": ["public-flow"], "rate": 6, "seconds": 45, "undecided": "refuse"}}
    assert parse(table, HERE, None).load == LoadConfig(("public-flow",), 6.0, 45.0, "refuse")


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"environments": {"sandbox": {"host": ["x"]}}}, "environments.sandbox.host"),
        ({"environments": {"sandbox": {"max_rate": 0}}}, "environments.sandbox.max_rate"),
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
    assert [one.name for one in fields(EnvironmentConfig)] == list(ENVIRONMENT)
    assert [one.name for one in fields(Environment)] == list(ENVIRONMENT)
    assert [one.name for one in fields(LoadConfig)] == list(LOAD)
