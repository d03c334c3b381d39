"""WireMock: its recording proxy, then a fresh server with the mappings that were kept."""

import shutil
from pathlib import Path

from conformance.subjects.running import PEERS, Running, ask, free_port, in_url, listens


class WireMock:
    """Of the npm package `wiremock`, which holds the jar."""

    name = "wiremock"
    settings = "recording with `persist`, `repeatsAsScenarios` and a request pattern for any body"

    def missing(self) -> str:
        """A Java, or the jar."""
        if shutil.which("java") is None:
            return "java is not installed"
        return "" if self._jars() else "npm install --prefix benchmarks/peers"

    def version(self) -> str:
        """By the jar's name."""
        return next(iter(self._jars())).stem.rpartition("-")[2]

    def record(self, folder: Path, upstream: str, host: str, silence: float) -> Running:
        """A server that records what passes to a target."""
        running = self._run(folder, host, silence)
        admin = f"http://{in_url(host)}:{running.port}/__admin/recordings"
        ask(
            f"{admin}/start",
            {
                "targetBaseUrl": upstream,
                "persist": True,
                "repeatsAsScenarios": True,
                "requestBodyPattern": {"matcher": "auto"},
            },
        )
        running.finish = lambda: ask(f"{admin}/stop", {})
        return running

    def replay(self, folder: Path, host: str) -> Running:
        """A server with those mappings."""
        return self._run(folder, host, 60.0)

    def _jars(self) -> list[Path]:
        """The program."""
        return list((PEERS / "wiremock" / "build").glob("*.jar"))

    def _run(self, folder: Path, host: str, silence: float) -> Running:
        """Start it and wait until it listens."""
        port = free_port(host)
        options = ["--bind-address", host, "--disable-banner", "--root-dir", str(folder)]
        options += ["--proxy-timeout", str(round(silence * 1000))]
        running = Running(["java", "-jar", str(self._jars()[0]), "--port", str(port), *options], folder, port)
        running.wait_for(lambda: listens(host, port))
        return running
