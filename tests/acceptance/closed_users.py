"""Ten users that wait for each answer: a hundred requests a second, as long as the service keeps up."""

from locust import FastHttpUser, constant_throughput, task


class Closed(FastHttpUser):
    """One of them."""

    wait_time = constant_throughput(10)

    @task
    def ask(self) -> None:
        """One request."""
        self.client.get("/")
