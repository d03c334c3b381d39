"""People at work with their deals, through the public API, as a plain Locust script.

    locust -f load/public_flow.py --host http://127.0.0.1:8000          and open the page that it names
    locust -f load/public_flow.py --host http://127.0.0.1:8000 --headless -u 50 -t 60s --csv flow

Rules: runs unchanged under `locust -f`, against the live system or `truemirror serve public-api`. This is Locust's own,
closed way of loading: for a verdict there is `truemirror load`.
"""

from locust import between, events, task

from truemirror.adapters.locust.lean_user import LeanUser

SCENARIO = "truemirror.session=ada-looks-around"
"""What a mirror answers from; services that are live pass it on and do nothing with it."""


class DealKeeper(LeanUser):
    """Logs in, opens the front page, looks at deals and opens one."""

    wait_time = between(0.5, 2.0)

    def on_start(self) -> None:
        """Log in; all that follows carries the token."""
        self.client.headers.update({"Accept": "*/*", "baggage": SCENARIO})
        who = {"email": "ada@northwind.example", "password": "demo-ada"}
        answer = self.client.post("/api/v1/login", json=who, expects=(201,))
        if answer.ok:
            self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    @task(10)
    def look_at_deals(self) -> None:
        """The first page, and one of it."""
        page = self.client.get("/api/v1/deals?limit=4&sort=title", name="/api/v1/deals")
        if page.ok and (deals := page.json()["items"]):
            self.client.get(f"/api/v1/deals/{deals[0]['id']}", name="/api/v1/deals/{id}")

    @task(5)
    def open_the_front_page(self) -> None:
        """What the front end asks first."""
        self.client.get("/api/v1/stages")
        self.client.get("/api/v1/contacts?limit=10", name="/api/v1/contacts")


@events.quitting.add_listener
def failing_ends_red(environment, **_) -> None:  # type: ignore[no-untyped-def]
    """A run in which something failed does not end with 0."""
    if environment.process_exit_code is None and environment.stats.total.fail_ratio > 0.001:
        environment.process_exit_code = 1
