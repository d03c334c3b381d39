"""A locustfile: users that ask again as soon as they are answered; told by PEER and SECONDS, prints one line."""

import json
import os
import time
from typing import Any

import gevent
from geventhttpclient import HTTPClient
from locust import FastHttpUser, HttpUser, User, constant, events, task

from truemirror.adapters.locust.lean_user import LeanUser


class BareUser(User):
    """geventhttpclient itself, without what Locust does for each request."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        """One connection."""
        super().__init__(environment)
        self.client = self
        self._http = HTTPClient.from_url(self.host)
        self._total = environment.stats.total

    def get(self, path: str) -> None:
        """Ask, read, count."""
        self._http.get(path).read()
        self._total.num_requests += 1


_PEERS = {"FastHttpUser": FastHttpUser, "HttpUser": HttpUser, "LeanUser": LeanUser, "geventhttpclient": BareUser}
BASE: Any = _PEERS[os.environ["PEER"]]
SECONDS = float(os.environ["SECONDS"])
PATH = os.environ["PATH_ASKED"]


class Asker(BASE):  # type: ignore[misc]
    """One of them."""

    wait_time = constant(0)

    @task
    def ask(self) -> None:
        """Once more."""
        self.client.get(PATH)


@events.init.add_listener
def _ready(environment: Any, **_: Any) -> None:
    """End after so many seconds of asking, and tell what was asked."""
    environment.process_exit_code = 0
    environment.events.test_start.add_listener(lambda **_: gevent.spawn(_measure, environment))


def _measure(environment: Any) -> None:
    """Without the first half second, in which users begin."""
    gevent.sleep(0.5)
    cpu, began, before = time.process_time(), time.perf_counter(), environment.stats.total.num_requests
    while time.perf_counter() < began + SECONDS:
        gevent.sleep(0.1)
    used, took, total = time.process_time() - cpu, time.perf_counter() - began, environment.stats.total
    told = {"requests": total.num_requests - before, "failed": total.num_failures, "used": used, "took": took}
    print("TOLD " + json.dumps(told), flush=True)
    environment.runner.quit()
