"""The site that docs/flows-acting.md walks through: a log-in, a list, a form with a question."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"""<!doctype html><title>Shop</title><link rel="icon" href="data:,">
<main></main>
<script>
const main = document.querySelector('main');
const say = async (method, path, body) => {
  const answer = await fetch(path, {method, body: body && JSON.stringify(body)});
  return [answer.status, await answer.json()];
};
const list = async () => {
  const [, orders] = await say('GET', '/api/v1/orders');
  main.innerHTML = '<h1>Orders</h1><table><tr><th>Who<th>Stage<th>What to do</tr></table>';
  for (const one of orders.items) {
    const row = document.querySelector('table').insertRow();
    row.innerHTML = `<td>${one.who}<td>${one.stage}<td><button>Cancel</button>`;
    row.querySelector('button').onclick = () => confirm(`Cancel the order of ${one.who}?`) && row.remove();
  }
};
main.innerHTML = `<form><h1>Log in</h1><label>Email <input name=email></label>
  <label>Password <input name=password type=password></label><button>Log in</button><p role=alert></p></form>`;
document.querySelector('form').onsubmit = async (event) => {
  event.preventDefault();
  const [status, said] = await say('POST', '/api/v1/login', Object.fromEntries(new FormData(event.target)));
  if (status === 201) list(); else document.querySelector('[role=alert]').textContent = said.error.message;
};
</script>"""
ORDERS = {"items": [{"who": "Ada", "stage": "paid"}, {"who": "Grace", "stage": "new"}], "metadata": {"total": 2}}


class Shop(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The page, and the list."""
        if self.path == "/api/v1/orders":
            self.answer(200, "application/json", json.dumps(ORDERS).encode())
        else:
            self.answer(200, "text/html; charset=utf-8", PAGE)

    def do_POST(self) -> None:
        """Log in."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked.get("password") == "demo":
            self.answer(201, "application/json", b'{"name": "Ada"}')
        else:
            said = {"error": {"code": "wrong", "message": "This is not the password"}}
            self.answer(401, "application/json", json.dumps(said).encode())

    def answer(self, status: int, kind: str, body: bytes) -> None:
        """Answer in one write."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[-1])), Shop).serve_forever()
