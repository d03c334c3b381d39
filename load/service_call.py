"""One service asked by its neighbours: the tags of some deals, as a plain Locust script.

    locust -f load/service_call.py --host http://127.0.0.1:8003 --headless -u 20 -t 60s
    AUTH_URL=http://127.0.0.1:8001 locust -f load/service_call.py --host http://127.0.0.1:8003

Rules: runs unchanged under `locust -f`, against the live services or `truemirror serve auth tags`; the token comes from
the auth service. This is Locust's own, closed way of loading: for a verdict there is `truemirror load`.
"""

import os

from locust import constant_throughput, task

from truemirror.adapters.locust.lean_user import LeanClient, LeanUser

SCENARIO = "truemirror.session=a-service-reads-tags"
"""What a mirror answers from; services that are live pass it on and do nothing with it."""


class Neighbour(LeanUser):
    """Asks for the tags of a page of deals, ten times a second."""

    wait_time = constant_throughput(10)

    def on_start(self) -> None:
        """Get a token from the auth service."""
        auth = LeanClient(self.environment, os.environ.get("AUTH_URL", "http://127.0.0.1:8001"), self.timeout)
        for client in (auth, self.client):
            client.headers.update({"Accept": "*/*", "baggage": SCENARIO})
        who = {"email": "ada@northwind.example", "password": "demo-ada"}
        answer = auth.post("/v1/sessions", json=who, name="auth /v1/sessions", expects=(201,))
        if answer.ok:
            self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    @task
    def tags_of_deals(self) -> None:
        """The question that every page of deals costs."""
        subjects = ["deal:d1", "deal:d3", "deal:d7"]
        self.client.post("/v1/search", json={"subjects": subjects}, expects=(200,))
