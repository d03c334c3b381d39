"""Messages inside a response: informational answers before it, and what was said over a WebSocket after it.

Each can be looked at as an exchange of its own, so that whatever knows how to treat requests and responses (secrets,
digests, canonical forms) treats them too: what a client says is a request's body, what a service says a response's.

Rules: the media type of a frame is told from what it holds, since nothing else tells it. An exchange that was not
changed gives back the same object.
"""

from collections.abc import Callable
from dataclasses import replace

from truemirror.core.wire.canonical import is_json
from truemirror.core.wire.exchange import Exchange, Interim, Request, Response
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.core.wire.headers import Headers

_JSON = Headers((("Content-Type", "application/json"),))
_TEXT = Headers((("Content-Type", "text/plain; charset=utf-8"),))
_BINARY = Headers((("Content-Type", "application/octet-stream"),))
_NOBODY = Request("GET", "/")

Change = Callable[[Exchange], Exchange]
"""What becomes of an exchange."""


def has_inner(response: Response | None) -> bool:
    """Whether there is anything inside."""
    return response is not None and bool(response.frames or response.interims)


def inner_exchanges(response: Response) -> tuple[Exchange, ...]:
    """Everything inside as exchanges of their own, in order."""
    return (*map(_of_interim, response.interims), *map(of_frame, response.frames))


def with_inner(response: Response, change: Change) -> Response:
    """The response with everything inside changed; the same object when nothing is."""
    interims = tuple(_changed_interim(one, change) for one in response.interims)
    frames = tuple(_changed_frame(one, change) for one in response.frames)
    if all(map(_is, interims, response.interims)) and all(map(_is, frames, response.frames)):
        return response
    return replace(response, interims=interims, frames=frames)


def said_in(target: str, payload: bytes, *, text: bool) -> Request:
    """What a client says over a WebSocket, as a request to the same address: its identity is that of such a request."""
    return Request("GET", target, _fields(payload, text=text), payload)


def of_frame(frame: Frame) -> Exchange:
    """A frame as an exchange."""
    fields = _fields(frame.payload, text=frame.kind is not FrameKind.BINARY)
    if frame.side is Side.CLIENT:
        return Exchange(Request("POST", "/", fields, frame.payload), Response(200))
    return Exchange(_NOBODY, Response(200, "", fields, frame.payload))


def _of_interim(interim: Interim) -> Exchange:
    """An informational answer as an exchange."""
    return Exchange(_NOBODY, Response(interim.status, interim.reason, interim.headers))


def _fields(payload: bytes, *, text: bool) -> Headers:
    """The media type of a payload."""
    if not text:
        return _BINARY
    return _JSON if is_json(payload) else _TEXT


def _changed_interim(interim: Interim, change: Change) -> Interim:
    """One informational answer."""
    old = _of_interim(interim)
    new = change(old).outcome
    if new is old.outcome or not isinstance(new, Response):
        return interim
    return replace(interim, reason=new.reason, headers=new.headers)


def _changed_frame(frame: Frame, change: Change) -> Frame:
    """One frame."""
    if not frame.payload:
        return frame
    new = change(of_frame(frame))
    assert isinstance(new.outcome, Response)
    payload = new.request.body if frame.side is Side.CLIENT else new.outcome.body
    return frame if payload == frame.payload else replace(frame, payload=payload)


def _is(one: object, other: object) -> bool:
    """Whether both are the same object."""
    return one is other
