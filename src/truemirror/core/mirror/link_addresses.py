"""Addresses that answers name: how a short id, which says nothing by itself, is known to flow.

    POST /v1/deals  201  Location: /v1/deals/7         and later   GET /v1/deals/7
    POST /v1/deals  201  {"id": 7, ...}                            PUT /v1/deals/7
    GET  /v1/deals  200  {"items": [{"id": 7}, ...]}               DELETE /v1/deals/7

Rules: a whole address is what flows, never a number alone, so that `7` of one collection is not `7` of another. An
address that a request asked for before any answer named it is the client's own. Values that say something by
themselves are left to `links`, which follows them everywhere.
"""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from truemirror.core.mirror.operation import looks_like_parameter
from truemirror.core.mirror.part_values import ADDRESSES, body_values
from truemirror.core.mirror.pointer import escaped
from truemirror.core.wire.exchange import Request, Response

Named = tuple[str, str]
"""A part of an answer, and the address that it names."""

_LONGEST = 40
_DEEPEST = 4
_ID = "id"


def addresses_given(request: Request, response: Response) -> Iterator[Named]:
    """The addresses that an accepted request's answer names by a short id: by an `id` in its body, or by a Location."""
    if response.status >= 300:
        return
    base = request.path.rstrip("/")
    for pointer, value in body_values(response):
        if pointer[-1:] == (_ID,) and len(pointer) <= _DEEPEST and _names(value):
            steps = ("*" if step.isdigit() else escaped(step) for step in pointer)
            yield "body:" + "".join(f"/{step}" for step in steps), f"{base}/{value}"
    for name, value in response.headers.pairs:
        if name.lower() in ADDRESSES:
            path = unquote(_path(value)).rstrip("/")
            if _names(path.rpartition("/")[2]) and path.startswith("/"):
                yield f"header:{name}", path


def addresses_asked(request: Request) -> Iterator[Named]:
    """The addresses that a request's path begins with, each with the part that holds its last step."""
    steps = request.path.split("/")[1:]
    for number, step in enumerate(steps):
        if number and _names(unquote(step)):
            yield f"path:{number}", "/" + "/".join(unquote(one) for one in steps[: number + 1])


def _names(value: str) -> bool:
    """Whether a value, as the last step of an address, names one thing among many."""
    return len(value) <= _LONGEST and looks_like_parameter(value)


def _path(address: str) -> str:
    """The path of an address; nothing where it cannot be read."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
