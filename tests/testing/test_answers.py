"""Answers of test clients are heard as those of clients that go over the wire."""

import json
import warnings
from typing import Any

import httpx
import pytest

from truemirror.testing import has_attributes, is_error
from truemirror.testing.answers import heard

GONE = {"error": {"code": "not_found", "message": "There is none."}}
JSON = [("Content-Type", "application/json")]


def _wsgi(environ: Any, start: Any) -> list[bytes]:
    """A service that has nothing."""
    start("404 NOT FOUND", JSON)
    return [json.dumps(GONE).encode()]


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    """The same, spoken otherwise."""
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(GONE).encode()})


def _werkzeug() -> Any:
    return pytest.importorskip("werkzeug.test").Client(_wsgi).post("/v1/tags/t1?a=b")


def _starlette() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which client it builds on is its own affair
        client = pytest.importorskip("starlette.testclient").TestClient(_asgi)
    return client.post("/v1/tags/t1?a=b")


def _httpx() -> Any:
    with httpx.Client(transport=httpx.WSGITransport(app=_wsgi), base_url="http://tags.internal") as client:
        return client.post("/v1/tags/t1?a=b")


@pytest.mark.parametrize("ask", [_werkzeug, _starlette, _httpx], ids=["werkzeug", "starlette", "httpx in process"])
def test_what_a_test_client_got_is_held_like_any_answer(ask: Any) -> None:
    """Method, path, query, status, headers and body are all there, and assertions take it as it is."""
    answer = ask()
    found = heard(answer)
    assert (found.method, found.status, json.loads(found.body)) == ("POST", 404, GONE)
    assert found.target.endswith("/v1/tags/t1?a=b")
    assert (found.headers.get("content-type") or "").startswith("application/json")
    assert is_error(answer, 404, code="not_found")
    assert has_attributes(answer, "error.code error.message")
    with pytest.raises(AssertionError, match="gone"):
        is_error(answer, 404, code="gone")
