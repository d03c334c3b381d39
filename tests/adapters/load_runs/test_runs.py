"""Runs of the real generator, in its own process, against real servers."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.adapters.load_runs.badly import answering_badly
from tests.adapters.load_runs.stalling import Stalling

from truemirror.adapters.certificates import tls_for
from truemirror.adapters.load_runs import Kept, LoadRuns, Made
from truemirror.adapters.load_runs import runs as runs_module
from truemirror.core.load.adding import total
from truemirror.core.load.document import Run, run_document
from truemirror.core.load.profile import Arrivals, Call, Flow, Limit, Model, Profile, Target
from truemirror.core.load.tally import Tally
from truemirror.core.wire.exchange import Response
from truemirror.errors import CouldNotRun, UsageError


def call(path: str, **more: object) -> Call:
    """A GET of the one service."""
    return Call("s", f"GET {path}", "GET", path, **more)  # type: ignore[arg-type]


def profile(*flows: Flow, rate: float = 100.0, timeout: float = 5.0, **more: object) -> Profile:
    """Flows against a limit of a second."""
    targets = (Target("t", mean_ms=46.0, limits=(Limit(1000.0, 0.01),)),)
    arrivals = Arrivals(rate, model=Model.CONSTANT)
    return Profile("p", arrivals, targets, flows, timeout=timeout, **more)  # type: ignore[arg-type]


def run_of(what: Profile, port: int, seconds: float = 60.0, **more: object) -> Run:
    """A run against a server on loopback."""
    return Run(what, {"s": f"http://127.0.0.1:{port}"}, seconds, **more)  # type: ignore[arg-type]


def made(run: Run) -> Made:
    """A run, with the word of Locust where it failed."""
    result = LoadRuns().make(run)
    assert "Traceback" not in result.said, result.said
    return result


def errors_of(tally: Tally) -> dict[str, dict[str, int]]:
    """By operation, how requests failed."""
    kinds = {kind.operation for _, kind in tally.cells}
    return {
        kind.removeprefix("GET "): dict(
            total(cell for (_, one), cell in tally.cells.items() if one.operation == kind).errors
        )
        for kind in kinds
    }


def test_all_that_was_planned_is_sent_and_counted() -> None:
    """As many as the schedule has, as the server saw, as the histogram holds; over connections that are kept."""
    with answering_badly() as server:
        result = made(run_of(profile(Flow("f", (call("/a"), call("/chunks")))), server.port, 2.0))
    tally = result.tally
    assert (result.ended, result.unfinished, tally.workers, tally.lost) == ("whole", 0, ("worker 1",), ())
    seconds = tally.instrument.values()
    assert sum(one.planned for one in seconds) == sum(one.begun for one in seconds) == 200
    assert sum(sum(one.lag.values()) for one in seconds) == 200
    assert total(tally.cells.values()).count == sum(tally.spectrum.values()) == 400
    assert not total(tally.cells.values()).errors
    assert sum(server.asked.values()) == 400
    assert server.connections < 200
    assert {second for second, _ in tally.cells} >= {0, 1}


def test_a_flow_carries_values_from_answers_to_requests() -> None:
    """Rows of its pool in turn, a token of a body, a place in a header."""
    login = call("/login?as={email}", takes={"token": "body:/token", "next": "header:X-Next"})
    follow = Call("s", "GET /next", "GET", "{next}", headers=(("X-Token", "{token}-{email}"),), think=3.0)
    flow = Flow("f", (login, follow), data="people")
    many = profile(flow, rate=20, data={"people": ({"email": "ada"}, {"email": "b b"})})
    with answering_badly() as server:
        result = made(Run(many, {"s": f"http://127.0.0.1:{server.port}/base"}, 1.0))
    assert not total(result.tally.cells.values()).errors
    assert server.asked["GET /base/login?as=ada HTTP/1.1"] == 10
    assert server.asked["GET /base/login?as=b%20b HTTP/1.1"] == 10
    assert server.asked["GET /base/v1/7 HTTP/1.1"] == 20
    assert dict(server.tokens) == {"t-17-ada": 10, "t-17-b b": 10}
    thought = total(cell for (_, kind), cell in result.tally.cells.items() if kind.operation == "GET /next")
    assert thought.response_sum < 20 * 3000, "thinking is nobody's time"


def test_each_kind_of_failure_has_its_name_and_improves_nothing() -> None:
    """Refused, reset, late, busy, half, another protocol, no value: each counts as long as the timeout, at least."""
    paths = ("/reset", "/never", "/busy", "/half", "/other")
    flows = [Flow(path, (call(path), call("/after"))) for path in paths]
    flows.append(Flow("value", (call("/value", takes={"id": "body:/id"}),)))
    flows.append(Flow("refused", (Call("gone", "GET /refused", "GET", "/refused"),)))
    with socket.socket() as unheard, answering_badly() as server:
        unheard.bind(("127.0.0.1", 0))
        addresses = {"s": f"http://127.0.0.1:{server.port}", "gone": f"http://127.0.0.1:{unheard.getsockname()[1]}"}
        run = Run(profile(*flows, rate=70, timeout=4.0), addresses, 2.0, failing_share=0)
        result = made(run)
    assert {operation: set(errors) for operation, errors in errors_of(result.tally).items()} == {
        "/reset": {"reset"},
        "/never": {"timeout"},
        "/busy": {"status 503"},
        "/half": {"truncated"},
        "/other": {"not HTTP"},
        "/value": {"no value id"},
        "/refused": {"refused"},
    }
    cell = total(result.tally.cells.values())
    assert cell.count == sum(cell.errors.values()) == cell.over[1000.0] == 140
    assert cell.response_sum >= 140 * 4000
    assert not any(" /after " in line for line in server.asked)


def test_answers_are_kept_whole_and_failed_ones_first() -> None:
    """With their requests, as they were sent; of the others the share that was asked for."""
    kept: list[Kept] = []
    flow = Flow("f", (Call("s", "POST /a", "POST", "/a", body='{"a": 1}'), call("/busy")))
    with answering_badly() as server:
        run = run_of(profile(flow, rate=40), server.port, 1.0, sampled_share=1.0, failing_share=0)
        LoadRuns().make(run, kept=kept.append)
    good, failed = ([one for one in kept if bool(one.error) is error] for error in (False, True))
    assert (len(good), len(failed)) == (40, 40)
    request = good[0].exchange.request
    assert (request.method, request.target, request.body) == ("POST", "/a", b'{"a": 1}')
    assert request.headers.get("content-type") == "application/json"
    answer = good[0].exchange.outcome
    assert isinstance(answer, Response)
    assert (answer.status, answer.body, answer.headers.get("x-next")) == (200, b'{"token": "t-17"}', "/v1/7")
    assert {(one.error, one.exchange.status) for one in failed} == {("status 503", 503)}


def test_two_workers_are_one_schedule_and_one_tally() -> None:
    """Each makes its half; what they counted adds up."""
    heard = []
    with answering_badly() as server:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port, 2.0, workers=2)
        result = LoadRuns(options=("--json",)).make(run, lambda part, under_way: heard.append(part.workers))
    assert (result.ended, result.tally.lost) == ("whole", ()), result.said
    assert '"num_requests": 200,' in result.said, "Locust's own statistics show the run"
    assert result.tally.workers == ("worker 1", "worker 2")
    assert set(heard) == {("worker 1",), ("worker 2",)}
    assert total(result.tally.cells.values()).count == sum(server.asked.values()) == 200


def test_workers_may_be_on_other_machines(tmp_path: Path) -> None:
    """A master that only hears, and workers that come to it with the same description."""
    with answering_badly() as server, socket.create_server(("127.0.0.1", 0)) as probe:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port, 2.0, workers=2)
        (tmp_path / "run.json").write_text(json.dumps(run_document(run)))
        port = str(probe.getsockname()[1])
        probe.close()
        command = [sys.executable, "-m", "truemirror.adapters.locust", str(tmp_path / "run.json"), "--worker"]
        workers = [
            subprocess.Popen([*command, "--master-port", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        try:
            options = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port)
            result = LoadRuns(options=options).make(run)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    assert (result.ended, result.tally.lost) == ("whole", ()), result.said
    assert result.tally.workers == ("worker 1", "worker 2")
    assert total(result.tally.cells.values()).count == sum(server.asked.values()) == 200


def said_by(process: psutil.Process) -> str:
    """The command line of a process; empty for one that is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_worker_that_dies_is_named() -> None:
    """The others' counts stay, and nobody waits for it for long."""
    killed = []

    def heard(part: Tally, under_way: int) -> None:
        """Kill the second worker once, when it has been heard."""
        if part.workers == ("worker 2",) and not killed:
            (generator,) = [one for one in psutil.Process().children() if "truemirror.adapters.locust" in said_by(one)]
            killed.append(max(generator.children(), key=lambda one: one.pid).pid)
            os.kill(killed[0], signal.SIGKILL)

    with answering_badly() as server:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port, 3.0, workers=2)
        result = LoadRuns().make(run, heard)
    assert killed
    assert result.ended == "lost", result.said
    assert len(result.tally.lost) == 1
    assert set(result.tally.lost) < set(result.tally.workers) == {"worker 1", "worker 2"}
    assert total(result.tally.cells.values()).count >= 100


def test_a_run_that_mostly_fails_ends_early() -> None:
    """A target that is down from the start does not get a minute of requests."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        result = made(run_of(profile(Flow("f", (call("/a"),))), unheard.getsockname()[1]))
    assert result.ended == "failing"
    assert set(total(result.tally.cells.values()).errors) == {"refused"}
    assert max(result.tally.instrument) < 30


def test_a_target_that_dies_midway_ends_the_run() -> None:
    """What was answered before counts, what failed afterwards has its name, and nobody waits for the rest."""
    with answering_badly() as server:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port)
        result = LoadRuns().make(run, lambda part, under_way: server.die())
    assert result.ended == "failing", result.said
    cell = total(result.tally.cells.values())
    assert cell.count > sum(cell.errors.values()) >= 50
    assert set(cell.errors) <= {"refused", "reset", "closed"}
    assert max(result.tally.instrument) < 30


@pytest.mark.parametrize("workers", [1, 2])
def test_a_listener_that_has_heard_enough_ends_the_run(workers: int) -> None:
    """What was counted until then is there; requests under way are told as unfinished, and no worker as lost."""
    flow = Flow("f", (call("/a"), call("/never")))
    with answering_badly() as server:
        run = run_of(profile(flow, timeout=30.0), server.port, workers=workers)
        result = LoadRuns().make(run, lambda part, under_way: True)
    assert result.ended == "stopped", result.said
    assert result.unfinished > 0
    assert result.tally.lost == ()
    assert max(result.tally.instrument) < 30
    assert total(result.tally.cells.values()).count >= 50


def test_ctrl_c_ends_the_run_with_what_was_counted() -> None:
    """One in the middle of listening; nothing of the generator is left."""
    heard: list[Tally] = []

    def interrupted(part: Tally, under_way: int) -> None:
        """As if somebody pressed it now."""
        heard.append(part)
        if len(heard) == 1:
            raise KeyboardInterrupt

    with answering_badly() as server:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port)
        result = LoadRuns().make(run, interrupted)
    assert result.ended == "stopped", result.said
    assert total(result.tally.cells.values()).count >= 50
    assert not [one for one in psutil.Process().children() if "truemirror.adapters.locust" in said_by(one)]


def test_a_generator_that_is_killed_has_said_what_it_counted() -> None:
    """Parts that were told count; every worker is lost."""

    def heard(part: Tally, under_way: int) -> None:
        """Kill it."""
        for one in psutil.Process().children():
            if "truemirror.adapters.locust" in said_by(one):
                one.kill()

    with answering_badly() as server:
        run = run_of(profile(Flow("f", (call("/a"),))), server.port)
        result = LoadRuns().make(run, heard)
    assert (result.ended, result.tally.lost) == ("lost", ("worker 1",))
    assert total(result.tally.cells.values()).count > 0


def test_https_is_spoken_and_certificates_are_checked(tmp_path: Path) -> None:
    """With trust all answers come; without it no request is sent."""
    tls = tls_for(["localhost", "127.0.0.1"], tmp_path)
    with answering_badly(tls.context) as server:
        addresses = {"s": f"https://127.0.0.1:{server.port}"}
        good = made(Run(profile(Flow("f", (call("/a"), call("/chunks")))), addresses, 1.0, trust=str(tls.ca)))
        asked = sum(server.asked.values())
        bad = made(Run(profile(Flow("f", (call("/a"),))), addresses, 1.0))
    assert not total(good.tally.cells.values()).errors
    assert total(good.tally.cells.values()).count == asked == 200
    assert set(total(bad.tally.cells.values()).errors) == {"TLS"}
    assert sum(server.asked.values()) == asked


def test_a_run_that_is_none_is_told_before_anything_is_sent() -> None:
    """A service without an address."""
    with pytest.raises(UsageError, match="'s' has no address"):
        LoadRuns().make(Run(profile(Flow("f", (call("/a"),))), {}, 1.0))


def test_without_locust_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setattr(runs_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CouldNotRun, match=r"truemirror\[load\]"):
        LoadRuns().make(Run(profile(Flow("f", (call("/a"),))), {}, 1.0))


def test_neither_locust_nor_gevent_is_in_this_process() -> None:
    """Importing them would patch it; a fresh interpreter that makes runs has neither."""
    program = "import sys, truemirror.adapters.load_runs.calibrating; print({'locust', 'gevent'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "set()\n"
    )


def test_a_stall_is_measured_from_the_intended_start() -> None:
    """While a server says nothing, flows go on beginning; what waited is counted with its waiting.

    A closed model would have sent one request, waited, and counted one that was slow.
    """
    with Stalling() as server:
        result = made(run_of(profile(Flow("f", (call("/a"),)), timeout=20.0), server.port, 3.0))
    cell = total(result.tally.cells.values())
    assert server.has_stalled
    assert (cell.count, dict(cell.errors)) == (300, {})
    assert cell.over[1000.0] >= 40, "a stall of 1.5 s keeps some fifty flows waiting for over a second"
