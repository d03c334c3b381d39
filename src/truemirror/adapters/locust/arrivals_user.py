"""The locustfile of judged runs: one user per worker, which makes the flows that its description plans.

    TRUEMIRROR_LOAD_RUN=run.json locust -f .../arrivals_user.py                     with Locust's web page
    TRUEMIRROR_LOAD_RUN=run.json locust -f .../arrivals_user.py --master            and --worker on other machines

Rules: nothing is judged here. Workers begin at one moment that the master names. Parts of the tally go with Locust's
own reports, the last one with the word that a worker is through; who was not heard out is named.
"""

import gc
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gevent
import locust.runners
import orjson
from gevent.event import Event
from locust import User, events, task
from locust.env import Environment
from locust.runners import STATE_MISSING, LocalRunner, MasterRunner, WorkerRunner

from truemirror.adapters.locust.dispatch import Dispatcher
from truemirror.adapters.locust.locust_counts import fed
from truemirror.adapters.locust.plan import plan_of
from truemirror.adapters.locust.telling import FILE_VARIABLE, teller
from truemirror.core.load.document import run_of, tally_document
from truemirror.core.load.tally import Tally

RUN = run_of(orjson.loads(Path(os.environ[FILE_VARIABLE]).read_bytes()))
"""What is to be done."""
_BEGIN, _OVER = "truemirror_begin", "truemirror_over"
_REPORT_SECONDS = 1.0
_HEADWAY = 0.5
"""Seconds from the word to begin until it is meant."""
_CLOCKS_APART = 5.0
"""Seconds beyond which the clocks of master and worker are not of one time: then it begins at once."""
_PATIENCE = 15.0
"""Seconds beyond the longest run after which a worker counts as lost."""


class _Worker:
    """This process's part in the run."""

    def __init__(self) -> None:
        """Nothing has begun."""
        self.has_master = False
        self.renew()

    def renew(self) -> None:
        """Another run of the same process, as the web page can ask for."""
        self.parts: list[dict[str, Any]] = []
        self.may_begin = Event()
        self.begins = 0.0
        self.is_taken = False
        self.dispatcher: Dispatcher | None = None


_WORKER = _Worker()
_TELLER = teller()


class Arrivals(User):
    """Makes the flows of one worker."""

    fixed_count = RUN.workers

    @task
    def make(self) -> None:
        """The whole run, once for each process."""
        if not _WORKER.is_taken:
            _WORKER.is_taken = True
            self._make()
        Event().wait()

    def _make(self) -> None:
        """Begin when all do, and wait until it is over."""
        runner = self.environment.runner
        assert runner is not None
        index = max(0, runner.worker_index) if isinstance(runner, WorkerRunner) else 0
        over = Event()
        hub_loop = gevent.get_hub().loop
        plan = plan_of(RUN.profile, RUN.addresses, RUN.workers, RUN.trust)
        dispatcher = Dispatcher(hub_loop, RUN, plan, self._heard, index, f"worker {index + 1}")
        _WORKER.dispatcher = dispatcher
        if isinstance(runner, LocalRunner):
            _WORKER.begins = time.time() + _HEADWAY
        else:
            _WORKER.may_begin.wait()
        _tune_memory()
        ahead = _WORKER.begins - time.time()
        dispatcher.begin(time.perf_counter() + (ahead if abs(ahead) < _CLOCKS_APART else 0.0), over.set)
        try:
            over.wait()
        finally:
            dispatcher.stop()
        if isinstance(runner, LocalRunner):
            gevent.spawn(_leave, self.environment)
        else:
            report: dict[str, Any] = {}
            self.environment.events.report_to_master.fire(client_id=runner.client_id, data=report)
            runner.send_message(_OVER, report)

    def _heard(self, part: Tally, samples: list[Mapping[str, Any]]) -> None:
        """A second is over."""
        fed(self.environment.stats, part)
        assert _WORKER.dispatcher is not None
        told = {"part": tally_document(part), "under_way": _WORKER.dispatcher.under_way, "samples": samples}
        if isinstance(self.environment.runner, LocalRunner):
            _TELLER.part(told)
        else:
            _WORKER.parts.append(told)


def _tune_memory() -> None:
    """What is there stays; what flows leave behind is counted, not collected, but for rare cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _leave(environment: Environment) -> None:
    """End the process, where nobody looks at a web page."""
    if environment.web_ui is None and environment.runner is not None:
        environment.runner.quit()


class _Master:
    """Hears all workers out."""

    def __init__(self, environment: Environment, runner: MasterRunner) -> None:
        """Listen."""
        self._environment = environment
        self._runner = runner
        self._names: dict[str, str] = {}
        self._over: dict[str, tuple[str, int]] = {}
        self._deadline = 0.0
        runner.register_message(_OVER, self._on_over)
        events.worker_report.add_listener(self._on_report)
        events.spawning_complete.add_listener(self._on_spawned)

    @property
    def lost(self) -> tuple[str, ...]:
        """Workers that never said that they are through."""
        return tuple(sorted(name for number, name in self._names.items() if number not in self._over))

    @property
    def workers(self) -> tuple[str, ...]:
        """All that have begun."""
        return tuple(sorted(self._names.values()))

    @property
    def ended(self) -> str:
        """The worst that any worker said."""
        said = {ended for ended, _ in self._over.values()}
        return next((word for word in ("failing", "stopped", "whole") if word in said), "stopped")

    @property
    def unfinished(self) -> int:
        """Flows that were under way when workers were stopped."""
        return sum(unfinished for _, unfinished in self._over.values())

    def _on_spawned(self, **_: Any) -> None:
        """All are there: let them begin together."""
        if self._names:
            return
        self._names = {
            client.id: f"worker {self._runner.get_worker_index(client.id) + 1}" for client in self._runner.clients.all
        }
        thinking = max(sum(call.think + RUN.profile.timeout for call in flow.calls) for flow in RUN.profile.flows)
        self._deadline = time.monotonic() + RUN.seconds + thinking + _PATIENCE
        self._runner.send_message(_BEGIN, {"at": time.time() + _HEADWAY})
        gevent.spawn(self._watch)

    def _on_report(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        """Parts of one worker, and maybe its word that it is through."""
        for told in data.pop("truemirror", ()):
            _TELLER.part(told)
        if ended := data.pop("truemirror_ended", ""):
            self._over[client_id] = (ended, data.pop("truemirror_unfinished"))

    def _on_over(self, environment: Environment, msg: Any, **_: Any) -> None:
        """A worker is through; its last report, Locust's own counts included, came with that word."""
        environment.events.worker_report.fire(client_id=msg.node_id, data=msg.data)

    def _watch(self) -> None:
        """Until each worker is through or lost."""
        while time.monotonic() < self._deadline:
            if all(number in self._over or self._is_lost(number) for number in self._names):
                break
            gevent.sleep(0.1)
        _leave(self._environment)

    def _is_lost(self, number: str) -> bool:
        """Whether Locust hears nothing of it any more."""
        client = self._runner.clients.get(number) if hasattr(self._runner.clients, "get") else None
        return client is None or client.state == STATE_MISSING


_MASTERS: list[_Master] = []


@events.init.add_listener
def _ready(environment: Environment, runner: Any, **_: Any) -> None:
    """Take part as what this process is."""
    environment.process_exit_code = 0
    if isinstance(runner, MasterRunner):
        _MASTERS.append(_Master(environment, runner))
    elif isinstance(runner, WorkerRunner):
        _WORKER.has_master = True
        locust.runners.WORKER_REPORT_INTERVAL = _REPORT_SECONDS
        runner.register_message(_BEGIN, _begin)
        events.report_to_master.add_listener(_reported)


@events.test_start.add_listener
def _again(**_: Any) -> None:
    """A run begins in this process."""
    _WORKER.renew()


def _begin(environment: Environment, msg: Any, **_: Any) -> None:
    """The master says when."""
    _WORKER.begins = float(msg.data["at"])
    _WORKER.may_begin.set()


def _reported(client_id: str, data: dict[str, Any], **_: Any) -> None:
    """What was counted since the last report goes with this one; after the end, the word that it is."""
    data["truemirror"], _WORKER.parts = _WORKER.parts, []
    if _WORKER.dispatcher is not None and _WORKER.dispatcher.ended:
        data["truemirror_ended"] = _WORKER.dispatcher.ended
        data["truemirror_unfinished"] = _WORKER.dispatcher.under_way


@events.quit.add_listener
def _ended(**_: Any) -> None:
    """The last word, after all reports."""
    if _MASTERS:
        master = _MASTERS[0]
        _TELLER.ended("lost" if master.lost else master.ended, master.unfinished, master.lost, master.workers)
    elif _WORKER.dispatcher is not None and not _WORKER.has_master:
        _TELLER.ended(_WORKER.dispatcher.ended or "stopped", _WORKER.dispatcher.under_way, (), ("worker 1",))
