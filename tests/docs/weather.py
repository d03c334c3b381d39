"""The service that the pages of docs/ are about: forecasts, and alerts that one can subscribe to after logging in."""

import json
import secrets
import socket
import struct
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import randrange
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

RENAMED = "renamed" in sys.argv
"""Whether this is the version in which somebody has renamed an attribute."""
RAIN = {"Bergen": 12.5, "Oslo": 0.0, "Tromsø": 3.25}
TOKENS: dict[str, str] = {}
ALERTS: list[dict[str, str]] = []
WIND = [0]


class Weather(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Reads."""
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/health":
                self.answer(200, {"status": "ok"})
            case "/v1/forecast" if asked.get("city") in RAIN:
                self.answer(200, {"city": asked["city"], "rain" if RENAMED else "rain_mm": RAIN[asked["city"]]})
            case "/v1/forecast":
                self.refuse(404, "not_found", "no forecast for this city")
            case "/v1/cities":
                self.answer(200, _collection([{"name": name} for name in RAIN]))
            case "/v1/alerts":
                self.answer(200, _collection(ALERTS))
            case "/v1/now":
                measured = datetime.now(UTC).isoformat(timespec="seconds")
                self.answer(200, {"city": "Bergen", "measured": measured, "reading": str(uuid4()), "wind": wind_now()})
            case "/v1/me" if self.user():
                self.answer(200, {"user": self.user()})
            case "/v1/me":
                self.refuse(401, "unauthenticated", "log in first")
            case "/v1/radar":  # breaks the connection, as it does on bad days
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
            case _:
                self.refuse(404, "not_found", "there is no such thing")

    def do_POST(self) -> None:
        """Writes."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        match self.path:
            case "/v1/login":
                token = secrets.token_hex(20)
                TOKENS[token] = body["user"]
                self.answer(200, {"token": token})
            case "/v1/alerts":
                ALERTS.append({"id": f"a{len(ALERTS) + 1}", "city": body["city"]})
                self.answer(201, ALERTS[-1])
            case _:
                self.refuse(404, "not_found", "there is no such thing")

    def user(self) -> str:
        """Who asks."""
        return TOKENS.get((self.headers.get("Authorization") or "").removeprefix("Bearer "), "")

    def refuse(self, status: int, code: str, message: str) -> None:
        """An error, all of one shape."""
        self.answer(status, {"error": {"code": code, "message": message}})

    def answer(self, status: int, value: Any) -> None:
        """JSON."""
        body = json.dumps(value, ensure_ascii=False).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts: Any) -> None:
        """Say nothing."""


def wind_now() -> float:
    """Never the same twice in a row."""
    WIND[0] = (WIND[0] + randrange(1, 90)) % 90
    return WIND[0] + 0.5


def _collection(items: list[Any]) -> dict[str, Any]:
    """Many of a kind."""
    return {"items": items, "metadata": {"total": len(items)}}


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[-1])), Weather).serve_forever()
