"""A client of `orders.py` that makes one order and reads its invoice."""

import json
import os
import urllib.request


def ask(method: str, path: str, value: object = None) -> dict[str, str]:
    """One request."""
    body = json.dumps(value).encode() if value is not None else None
    request = urllib.request.Request(
        os.environ["ORDERS_URL"] + path, body, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


order = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01"
ask("POST", "/v1/orders", {"id": order, "item": "lamp"})
read = ask("GET", f"/v1/orders/{order}")
ask("GET", f"/v1/invoices/{read['invoice']}")
