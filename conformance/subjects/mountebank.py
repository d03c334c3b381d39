"""Mountebank: an imposter that proxies and makes stubs, then an imposter with those stubs."""

import json
import shutil
from pathlib import Path

from conformance.subjects.running import PEERS, Running, ask, free_port, in_url, listens


class Mountebank:
    """Of the npm package `mountebank`."""

    name = "mountebank"
    settings = "`proxyAlways` with predicates for method, path, query and body; `addWaitBehavior`"

    def missing(self) -> str:
        """Node.js, or the package."""
        if shutil.which("node") is None:
            return "node is not installed"
        return "" if (PEERS / "mountebank").is_dir() else "npm install --prefix benchmarks/peers"

    def version(self) -> str:
        """As its package says."""
        return str(json.loads((PEERS / "mountebank" / "package.json").read_text())["version"])

    def record(self, folder: Path, upstream: str, host: str, silence: float) -> Running:
        """An imposter that proxies; what it learned is saved in the end."""
        running, admin = self._run(folder, host)
        told = {"matches": {"method": True, "path": True, "query": True, "body": True}}
        proxy = {"to": upstream, "mode": "proxyAlways", "predicateGenerators": [told], "addWaitBehavior": True}
        self._impose(running, admin, host, {"stubs": [{"responses": [{"proxy": proxy}]}]})
        imposter = f"{admin}/imposters/{running.port}?replayable=true&removeProxies=true"
        running.finish = lambda: (folder / "imposter.json").write_bytes(ask(imposter))
        return running

    def replay(self, folder: Path, host: str) -> Running:
        """An imposter with what was saved."""
        running, admin = self._run(folder, host)
        saved = json.loads((folder / "imposter.json").read_bytes())
        self._impose(running, admin, host, {"stubs": saved.get("stubs", [])})
        return running

    def _run(self, folder: Path, host: str) -> tuple[Running, str]:
        """Start it; its own interface is at the address that is given back."""
        port = free_port(host)
        command = ["node", str(PEERS / "mountebank" / "bin" / "mb"), "start", "--port", str(port), "--host", host]
        command += ["--localOnly", "--nologfile", "--pidfile", str(folder / "mb.pid"), "--loglevel", "warn"]
        running = Running(command, folder)
        running.wait_for(lambda: listens(host, port))
        return running, f"http://{in_url(host)}:{port}"

    def _impose(self, running: Running, admin: str, host: str, what: dict[str, object]) -> None:
        """Make the imposter."""
        running.port = free_port(host)
        ask(f"{admin}/imposters", {"port": running.port, "protocol": "http", "host": host, **what})
        running.wait_for(lambda: listens(host, running.port))
