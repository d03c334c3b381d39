"""The service of docs/value-flow.md: orders whose ids clients make, and invoices whose ids it makes itself."""

import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORDERS: dict[str, dict[str, Any]] = {}


class Orders(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """A new order."""
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        order = ORDERS[asked["id"]] = {**asked, "state": "new", "invoice": f"inv_{secrets.randbelow(10**8):08}"}
        self.answer(201, order, Location=f"/v1/orders/{asked['id']}")

    def do_GET(self) -> None:
        """An order, or an invoice."""
        _, _, kind, name = self.path.split("/")
        found = [one for one in ORDERS.values() if name in (one["id"], one["invoice"])]
        if not found:
            self.answer(404, {"error": {"code": "not_found", "message": "there is no such thing"}})
        elif kind == "orders":
            self.answer(200, found[0])
        else:
            self.answer(200, {"id": name, "order": found[0]["id"], "due": 12.5})

    def answer(self, status: int, value: Any, **headers: str) -> None:
        """JSON."""
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts: Any) -> None:
        """Say nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[-1])), Orders).serve_forever()
