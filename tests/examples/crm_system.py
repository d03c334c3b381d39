"""The CRM under test, in two forms: as processes on ports, and in this process with a switchboard for a network."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from crm import auth, core, deals, public_api, tags, web
from crm.common.settings import Settings

ROOT = Path(__file__).parents[2]
CLOCK = "2026-06-01T09:00:00Z"
MODULES = {
    "auth": "crm.auth",
    "core": "crm.core",
    "tags": "crm.tags",
    "deals": "crm.deals",
    "public-api": "crm.public_api",
    "web": "crm.web",
}


@dataclass
class Switchboard(httpx.AsyncBaseTransport):
    """Connects in-process services by host name, writes down each call, and can cut or garble a line."""

    apps: dict[str, Starlette] = field(default_factory=dict)
    calls: list[tuple[str, httpx.Request]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    canned: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host.removesuffix(".crm.internal")
        self.calls.append((name, request))
        if name in self.lost:
            raise httpx.ConnectError("connection refused", request=request)
        if name in self.silent:
            await asyncio.Event().wait()
        if name in self.canned:
            status, content = self.canned[name]
            return httpx.Response(status, content=content, headers={"content-type": "application/json"})
        return await httpx.ASGITransport(app=self.apps[name]).handle_async_request(request)


class Company:
    """All services of the CRM in this process."""

    def __init__(self, settings: Settings) -> None:
        self.board = Switchboard()
        for name, module in (("core", core), ("tags", tags), ("deals", deals), ("public-api", public_api)):
            self.board.apps[name] = module.create_app(settings, self.board)
        self.board.apps.update(auth=auth.create_app(settings), web=web.create_app(settings))
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._client = httpx.AsyncClient(transport=self.board)
        for app in self.board.apps.values():
            self._runner.run(self._stack.enter_async_context(app.router.lifespan_context(app)))

    def request(self, service: str, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        return self._runner.run(self._send(service, method, path, token, **options))

    def request_twice_at_once(self, *what: str, token: str, **options: Any) -> list[httpx.Response]:
        async def both() -> list[httpx.Response]:
            return list(await asyncio.gather(*(self._send(*what, token=token, **options) for _ in range(2))))

        return self._runner.run(both())

    async def _send(
        self, service: str, method: str, path: str, token: str | None = None, **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        return await self._client.request(method, f"http://{service}.crm.internal{path}", headers=headers, **options)

    def token(self, email: str = "ada@northwind.example") -> str:
        body = {"email": email, "password": f"demo-{email.partition('@')[0]}"}
        return str(self.request("auth", "POST", "/v1/sessions", json=body).json()["token"])

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.run(self._stack.aclose())
        self._runner.close()


class System:
    """Services of the CRM as processes of their own."""

    def __init__(self, data: Path, names: tuple[str, ...] = tuple(MODULES), **environment: str) -> None:
        ports = _free_ports(len(names))
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in zip(names, ports, strict=True)}
        addresses = {f"{name.upper().replace('-', '_')}_URL": url for name, url in self.urls.items()}
        env = {**os.environ, **addresses, "CRM_DATA": str(data), "CRM_CLOCK": CLOCK, **environment}
        self.processes = {
            name: subprocess.Popen(_command(MODULES[name], port), env=env, stdout=subprocess.DEVNULL)
            for name, port in zip(names, ports, strict=True)
        }
        self._client = httpx.Client(trust_env=False, timeout=30)
        try:
            for name in names:
                self._await_health(name)
        except BaseException:
            self.stop()
            raise

    def request(self, service: str, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        return self._client.request(method, self.urls[service] + path, headers=headers, **options)

    def token(self, email: str = "ada@northwind.example") -> str:
        body = {"email": email, "password": f"demo-{email.partition('@')[0]}"}
        return str(self.request("auth", "POST", "/v1/sessions", json=body).json()["token"])

    def get(self, service: str, path: str, **options: Any) -> httpx.Response:
        return self.request(service, "GET", path, **options)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait(timeout=10)

    def stop(self) -> None:
        self._client.close()
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=10)

    def _await_health(self, name: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} ended with {self.processes[name].returncode}")
            try:
                if self.get(name, "/health").status_code == 200:
                    return
            except httpx.TransportError:
                self.processes[name].poll()
        raise RuntimeError(f"{name} does not answer")


def _free_ports(count: int) -> list[int]:
    # All are held open together, so that no port is given out twice.
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _command(module: str, port: int) -> list[str]:
    options = ["--app-dir", str(ROOT / "examples/crm"), "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "uvicorn", f"{module}:app", *options, "--log-level", "critical"]
