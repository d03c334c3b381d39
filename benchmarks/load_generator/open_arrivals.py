"""A locustfile: open arrivals with Locust's own clients, as well as they can be made with them.

Rules: one greenlet walks an absolute Poisson schedule and spawns a greenlet for each arrival, the pool is large, and
what is timed is timed from the intended start. Told by PEER (FastHttpUser or HttpUser), RATE and SECONDS; it prints one
line.
"""

import json
import os
import random
import time
from typing import Any

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, HttpUser, constant, events, task

RATE, SECONDS = float(os.environ["RATE"]), float(os.environ["SECONDS"])
BASE: Any = {"FastHttpUser": FastHttpUser, "HttpUser": HttpUser}[os.environ["PEER"]]
PLACES = 4000
PATH = os.environ["PATH_ASKED"]


class Arrivals(BASE):  # type: ignore[misc]
    """Makes all of them."""

    fixed_count = 1
    wait_time = constant(0)
    concurrency = PLACES

    def on_start(self) -> None:
        """Nothing was measured."""
        self.lags: list[float] = []
        self.times: list[float] = []
        self.planned = 0
        self.failed = 0
        self.pool = Pool(PLACES)

    @task
    def make(self) -> None:
        """The run."""
        drawn = random.Random(7)
        cpu, began = time.process_time(), time.perf_counter()
        at = began + drawn.expovariate(RATE)
        while at < began + SECONDS:
            left = at - time.perf_counter()
            if left > 0:
                gevent.sleep(left)
            self.planned += 1
            self.lags.append(time.perf_counter() - at)
            if not self.pool.full():
                self.pool.spawn(self.one, at)
            at += drawn.expovariate(RATE)
        self.pool.join(timeout=10)
        used = time.process_time() - cpu
        took = time.perf_counter() - began
        lags = sorted(self.lags)
        told = {
            "made": len(self.times) / max(1.0, RATE * SECONDS),
            "took": took,
            "lag_p99_ms": lags[int(len(lags) * 0.99)] * 1000,
            "mean_ms": sum(self.times) / max(1, len(self.times)) * 1000,
            "processor_us": used / max(1, len(self.times)) * 1e6,
            "failed": self.failed,
        }
        print("TOLD " + json.dumps(told), flush=True)
        self.environment.runner.quit()

    def one(self, intended: float) -> None:
        """One arrival."""
        answer = self.client.get(PATH)
        self.times.append(time.perf_counter() - intended)
        self.failed += answer.status_code != 200


@events.init.add_listener
def _quiet(environment: Any, **_: Any) -> None:
    """What failed is told in our line."""
    environment.process_exit_code = 0
