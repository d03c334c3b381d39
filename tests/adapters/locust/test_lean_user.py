"""Plain Locust scripts over the lean client, run by `locust -f` as anybody would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.adapters.load_runs.badly import answering_badly
from tests.adapters.load_runs.stalling import Stalling

SCRIPT = """
import sys
from locust import events, task
from truemirror.adapters.locust.lean_user import LeanUser

class Each(LeanUser):
    timeout = 1.0

    @task
    def once(self):
        for path in ("/a", "/chunks", "/busy", "/reset", "/half", "/never"):
            answer = self.client.get(path)
            print("GOT", path, answer.status, answer.error, answer.ok, file=sys.stderr)
        made = self.client.post("/v1?x=1", name="/v1", json={"a": "ü"}, expects=(200, 201))
        print("GOT", made.json(), made.header("x-next"), file=sys.stderr)
        self.environment.runner.quit()
"""
LISTENING = (
    SCRIPT
    + """
@events.request.add_listener
def heard(request_type, name, response_time, response_length, exception, **_):
    print("HEARD", request_type, name, exception, file=sys.stderr)
"""
)
CLOSED = """
import sys, time
from locust import constant_throughput, events, task
from truemirror.adapters.locust.lean_user import LeanUser

BEGAN = time.monotonic()

class Steady(LeanUser):
    wait_time = constant_throughput(50)

    @task
    def once(self):
        print("TOOK", self.client.get("/a").milliseconds, file=sys.stderr)
        if time.monotonic() > BEGAN + 4:
            self.environment.runner.quit()
"""


def locust(folder: Path, script: str, port: int, *options: str) -> str:
    """Run a script; gives what it said."""
    (folder / "script.py").write_text(script)
    command = [sys.executable, "-m", "locust", "-f", "script.py", "--host", f"http://127.0.0.1:{port}"]
    command += ["--headless", "-u", "1", "--only-summary", "-t", "30s", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr + done.stdout


def counted(text: str) -> dict[str, tuple[int, int]]:
    """Requests and failures by name, as Locust's own `--json` says."""
    rows = json.loads(text[text.index("[\n") :] if "[\n" in text else text)
    return {row["name"]: (row["num_requests"], row["num_failures"]) for row in rows}


def test_a_script_gets_answers_and_locust_counts_them(tmp_path: Path) -> None:
    """Good ones and each kind of failure; Locust's table holds what was asked, by name."""
    with answering_badly() as server:
        said = locust(tmp_path, SCRIPT, server.port, "--json")
    got = [line.removeprefix("GOT ") for line in said.splitlines() if line.startswith("GOT")]
    assert got == [
        "/a 200  True",
        "/chunks 200  True",
        "/busy 503 status 503 False",
        "/reset 0 reset False",
        "/half 0 truncated False",
        "/never 0 timeout False",
        "{'token': 't-17'} /v1/7",
    ]
    rows = counted(said)
    assert rows["/v1"] == rows["/a"] == (1, 0)
    assert rows["/busy"] == rows["/never"] == (1, 1)
    assert sum(many for many, _ in rows.values()) == 7
    assert sum(failed for _, failed in rows.values()) == 4
    assert server.asked["POST /v1?x=1 HTTP/1.1"] == 1


def test_who_listens_to_single_requests_hears_them(tmp_path: Path) -> None:
    """A listener of one's own is served as by any other user class, and Locust's count stays right."""
    with answering_badly() as server:
        said = locust(tmp_path, LISTENING, server.port)
    heard = [line.removeprefix("HEARD ") for line in said.splitlines() if line.startswith("HEARD")]
    assert heard[:3] == ["GET /a None", "GET /chunks None", "GET /busy status 503"]
    assert heard[-1] == "POST /v1 None"
    assert len(heard) == 7


def test_a_closed_script_hides_the_stall_that_open_arrivals_show(tmp_path: Path) -> None:
    """Two users ask 50 times a second each: a stall of 1.5 s is two slow requests, of hundreds.

    (`test_a_stall_is_measured_from_the_intended_start` has the same server with open arrivals: there it is dozens.)
    """
    with Stalling() as server:
        said = locust(tmp_path, CLOSED, server.port, "-u", "2")
    assert server.has_stalled
    times = [float(line.split()[1]) for line in said.splitlines() if line.startswith("TOOK")]
    assert len(times) > 50
    assert 1 <= sum(one > 1000 for one in times) <= 4


@pytest.mark.parametrize("name", ["public_flow", "service_call"])
def test_the_scripts_of_the_reference_system_run_on_its_mirrors(name: str, tmp_path: Path) -> None:
    """As they stand, under `locust -f`, without one failure."""
    from tests.adapters.load_runs.mirrors import serving

    root = Path(__file__).parents[3]
    services = ["public-api"] if name == "public_flow" else ["tags", "auth"]
    with serving(services, root / "mirrors") as addresses:
        command = [sys.executable, "-m", "locust", "-f", str(root / "load" / f"{name}.py")]
        command += ["--host", addresses[services[0]], "--headless", "-u", "3", "-r", "3", "-t", "4s", "--json"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            env={"PATH": "/usr/bin:/bin", "AUTH_URL": addresses.get("auth", "")},
        )
    assert done.returncode == 0, done.stderr
    rows = counted(done.stdout)
    assert sum(many for many, _ in rows.values()) >= 6
    assert {failed for _, failed in rows.values()} == {0}
