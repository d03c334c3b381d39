"""Somebody else's repository: the built wheel in a new environment, and the commands of the README, in their order.

The project is one that nobody here had in mind: a consumer that plans trips, and a weather service of the standard
library. Everything typed is read from README.md, where `<!-- quickstart -->` marks it.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.running import Running, plain_environment, run, running
from tests.acceptance.sharing import made_once

ROOT = Path(__file__).parents[2]
LIVE = "http://127.0.0.1:8001"
"""Where the README says that the service runs."""

WEATHER = """
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

RAIN = {"Bergen": 12.5, "Oslo": 0.0, "Tromsø": 3.25}


class Forecast(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        city = parse_qs(parts.query).get("city", [""])[0]
        if parts.path == "/v1/forecast" and city in RAIN:
            self.answer(200, {"city": city, "rain_mm": RAIN[city]})
        else:
            self.answer(404, {"error": {"code": "not_found", "message": f"no forecast for {city!r}"}})

    def answer(self, status, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Forecast)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""

TRIPPLAN = '''
"""What to pack for a trip."""

import json
import os
from urllib.parse import quote
from urllib.request import urlopen


def packing(city):
    """What the weather asks for."""
    with urlopen(f"{os.environ['WEATHER_URL']}/v1/forecast?city={quote(city)}", timeout=10) as answer:
        rain = json.load(answer)["rain_mm"]
    return ["umbrella"] if rain > 1 else ["sunglasses"]
'''

PYPROJECT = """[project]
name = "tripplan"
version = "1.0"

[tool.pytest.ini_options]
pythonpath = ["."]
"""


def quickstart(title: str = "") -> str:
    """A block of the README."""
    mark = f"<!-- quickstart: {title} -->" if title else "<!-- quickstart -->"
    found = re.search(re.escape(mark) + r"\n```\w+\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, f"README.md has no block {mark}"
    return found[1]


def commands() -> list[str]:
    """What the README tells to type."""
    return [line.removeprefix("$ ") for line in quickstart().splitlines() if line.startswith("$ ")]


def installed(folder: Path) -> Path:
    """A new virtual environment in which the first command was typed, for the wheel of this tree."""
    wheels, environment = folder / "wheels", folder / "environment"
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], folder)
    (wheel,) = wheels.glob("truemirror-*.whl")
    run([sys.executable, "-m", "virtualenv", "--quiet", str(environment)], folder)
    assert commands()[0] == "pip install truemirror"
    run([str(environment / "bin" / "pip"), "install", "--quiet", "--no-compile", str(wheel)], folder)
    return environment


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where truemirror is installed, and nothing else of ours."""
    return made_once(tmp_path_factory, "installed", installed)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Python project that has never heard of truemirror."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "tripplan.py").write_text(TRIPPLAN)
    return tmp_path


@pytest.fixture
def weather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service that is called."""
    with running([sys.executable, "-c", WEATHER], tmp_path_factory.mktemp("weather")) as service:
        yield service


def typed(line: str, project: Path, environment: Path) -> "subprocess.CompletedProcess[str]":
    """What came of a line that was typed into a shell of the environment."""
    known = plain_environment(VIRTUAL_ENV=str(environment))
    known["PATH"] = f"{environment / 'bin'}:{known['PATH']}"
    for name in ("PYTHONPATH", "PYTHONHOME", "WEATHER_URL"):
        known.pop(name, None)
    return subprocess.run(["sh", "-c", line], cwd=project, env=known, capture_output=True, text=True)


def test_a_handful_of_commands_lead_to_a_green_isolated_test(
    project: Path, environment: Path, weather: Running
) -> None:
    """Installed, set up, recorded; then the service is gone, and the tests are green all the same."""
    _, init, *record, again = commands()
    assert len(commands()) <= 5
    done = typed(init.replace(LIVE, weather.url), project, environment)
    assert done.returncode == 0, done.stderr
    (project / "tests" / "test_packing.py").write_text(quickstart("tests/test_packing.py"))
    for line in record:
        done = typed(line.replace(LIVE, weather.url), project, environment)
        assert done.returncode == 0, done.stdout + done.stderr
    assert list(project.glob("mirrors/weather/*/*/*.json"))

    weather.end()
    done = typed(again, project, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout

    test = project / "tests" / "test_packing.py"
    test.write_text(test.read_text().replace("Bergen", "Oslo"))
    done = typed(again, project, environment)
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line.strip() for line in quickstart("what pytest says").splitlines()]
    assert [line for line in told if line != "..." and line not in done.stdout] == [], done.stdout


def test_init_says_what_to_type_next_and_it_works(project: Path, environment: Path, weather: Running) -> None:
    """Who reads no README gets to the same place."""
    init = shlex.join(
        ["truemirror", "init", "--service", "weather", "--example", f"{weather.url}/v1/forecast?city=Oslo"]
    )
    told = typed(init, project, environment).stdout
    lines = [line.strip() for line in told.partition("next:\n")[2].splitlines() if line.strip()]
    assert len(lines) == 2, told
    assert typed(lines[0], project, environment).returncode == 0
    weather.end()
    done = typed(lines[1], project, environment)
    assert done.returncode == 0, done.stdout + done.stderr
