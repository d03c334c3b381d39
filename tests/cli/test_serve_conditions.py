"""`truemirror serve` under latency, bandwidth and a plan: options, file and configuration, as they are used."""

import time
from pathlib import Path

import pytest
from tests.cli.test_serve import Serve, ended, get, line, mirrors, serve

from truemirror.adapters.plan_files import read_plans
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.errors import ExitCode, UsageError

__all__ = ["mirrors", "serve"]  # fixtures of the tests below

PLAN = """
tags = ["call 2: 503", { calls = 3, status = 429, body = { wait = 1 } }]
"*" = ["call 4: delay 50ms"]
"""


def test_a_plan_from_a_file_is_followed_and_counted(mirrors: Path, serve: Serve, tmp_path: Path) -> None:
    """Each service follows its own rules and those for all; the summary tells them from hits."""
    (tmp_path / "faults.toml").write_text(PLAN)
    process = serve("tags", "--mirrors", mirrors, "--plan", "faults.toml")
    told = line(process)
    began = time.monotonic()
    assert [get(told, "/v1/tags")[0] for _ in range(4)] == [200, 503, 429, 200]
    assert time.monotonic() - began >= 0.05
    status, _, errors = ended(process)
    assert status == ExitCode.KEPT
    assert "served tags: 2 hits, 0 misses, 3 planned" in errors


def test_latency_and_bandwidth_of_the_command_line(mirrors: Path, serve: Serve) -> None:
    """Thirty milliseconds to wait, and fourteen bytes at two hundred a second."""
    process = serve("tags", "--mirrors", mirrors, "--latency", "fixed:30ms", "--bandwidth", "200B/s", "--seed", "7")
    told = line(process)
    began = time.monotonic()
    assert get(told, "/v1/tags") == (200, b'{"of": "tags"}')
    assert time.monotonic() - began >= 0.03 + 14 / 200


def test_the_configuration_says_how_slow_a_service_is(mirrors: Path, serve: Serve, tmp_path: Path) -> None:
    """Nothing is said on the command line, and the answer waits."""
    (tmp_path / "truemirror.toml").write_text('[services.tags]\nlatency = "fixed:50ms"\nbandwidth = "1MB/s"\n')
    process = serve("tags", "--mirrors", mirrors)
    began = time.monotonic()
    assert get(line(process), "/v1/tags")[0] == 200
    assert time.monotonic() - began >= 0.05


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--latency", "fixd:25ms"), "nearest: fixed:25ms"),
        (("--bandwidth", "64"), "nearest: 64kB/s"),
        (("--plan", "nowhere.toml"), "nowhere.toml: the plan cannot be read"),
    ],
)
def test_what_cannot_be_read_serves_nothing(
    arguments: tuple[str, str],
    told: str,
    mirrors: Path,
    serve: Serve,
) -> None:
    """A usage error with the nearest thing, and no address."""
    status, output, errors = ended(serve("tags", "--mirrors", mirrors, *arguments), 0)
    assert (status, output) == (ExitCode.USAGE, "")
    assert told in errors
    assert "Traceback" not in errors


def test_a_plan_for_a_service_that_is_not_served_is_told(mirrors: Path, serve: Serve, tmp_path: Path) -> None:
    """With the one that was meant."""
    (tmp_path / "faults.json").write_text('{"tgas": "call 1: reset"}')
    status, _, errors = ended(serve("--mirrors", mirrors, "--plan", "faults.json"), 0)
    assert status == ExitCode.USAGE
    assert "nearest: tags" in errors


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    """A line, an object, or several of both."""
    toml, json = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_text('tags = "call 1: reset"\ndeals = [{ every = 2, fault = "empty" }, "call 1: 503"]\n')
    json.write_text('{"tags": ["call 1: reset"], "deals": [{"every": 2, "fault": "empty"}, "call 1: 503"]}')
    plans = read_plans(toml)
    assert plans == read_plans(json)
    assert plans["tags"] == parse_plan("call 1: reset")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.toml", b"tags = [", "cannot be read"),
        ("a.json", b"[" * 100_000, "cannot be read"),
        ("a.json", b"[1]", "table of services"),
        ("a.toml", b"\xff\xfe", "no text"),
        ("a.toml", b"# " + b"x" * 1_100_000, "larger than"),
        ("a.toml", b'tags = ["call 1: rest"]', "no effect"),
        ("a.toml", b"tags = 7", "a rule of a plan is no int"),
    ],
)
def test_a_file_that_holds_no_plan_is_refused_with_its_place(
    name: str, content: bytes, what: str, tmp_path: Path
) -> None:
    """Whatever is in it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=what) as raised:
        read_plans(tmp_path / name)
    assert raised.value.where.startswith(str(tmp_path / name))
