"""The control paths of a mirror server: what it serves, where sessions stand, what was asked, begin anew.

    GET  /__truemirror__/status     GET /__truemirror__/sessions    GET /__truemirror__/journal?last=N
    GET  /__truemirror__/misses     POST /__truemirror__/reset?session=KEY

Rules: only for clients on this machine, asking for it by a local name, and never for a web page: whatever carries an
Origin or comes from another site is refused, and a change needs a header that no form can send. `service=NAME` in the
query narrows any of them to one service.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from truemirror.adapters.http.server.door import CONTROL, Door, Entry, Mount
from truemirror.adapters.http.server.own import own_answer
from truemirror.core.mirror.decision import Replay
from truemirror.core.mirror.report import miss_document
from truemirror.core.wire.exchange import Exchange, Fault, Outcome, Request, Response
from truemirror.usecases.serve import Summary, summarise

CONTROL_HEADER = "X-Truemirror-Control"
"""What a request that changes something must carry, with the value 1."""
_LAST = 100
_LOCAL_NAMES = ("localhost", "127.", "[::1]")

Asked = Mapping[str, list[str]]
"""The query of a control request."""


class Control:
    """Answers control requests about the doors that it was given."""

    def __init__(self, doors: list[Door]) -> None:
        """The list may grow while the server starts."""
        self._doors = doors
        self._reads: dict[str, Callable[[Asked], Any]] = {
            "status": self._status,
            "sessions": self._sessions,
            "journal": self._journal,
            "misses": self._misses,
        }

    def __call__(self, request: Request, local: bool) -> Response:
        """The answer to one request; `local` says whether its client is on this machine."""
        refusal = _why_not(request, local)
        if refusal:
            return _told(403, "control_refused", refusal)
        name = request.path[len(CONTROL) :]
        asked = parse_qs(request.query or "", keep_blank_values=True)
        service = asked.get("service", [""])[0]
        if service and not any(mount.service == service for mount in self._mounts(asked)):
            return _told(404, "unknown_service", f"no mirror of '{service}' is served here")
        if name == "reset":
            return self._reset(request, asked)
        if name not in self._reads:
            known = ", ".join([*self._reads, "reset"])
            return _told(404, "unknown_control", f"there is no control path '{name}'; there are {known}")
        if request.method not in ("GET", "HEAD"):
            return _told(405, "wrong_method", f"{CONTROL}{name} is read with GET")
        return own_answer(200, self._reads[name](asked), "control")

    def _mounts(self, asked: Asked) -> Iterator[Mount]:
        """The services that a request is about."""
        wanted = asked.get("service", [""])[0]
        for door in self._doors:
            yield from (mount for mount in door.mounts.values() if wanted in ("", mount.service))

    def _reset(self, request: Request, asked: Asked) -> Response:
        """Let one session begin anew, or all."""
        if request.method != "POST":
            return _told(405, "wrong_method", f"{CONTROL}reset is asked for with POST")
        if request.headers.get(CONTROL_HEADER) != "1":
            return _told(403, "control_refused", f"a change needs the header {CONTROL_HEADER}: 1")
        session = asked["session"][0] if "session" in asked else None
        services = []
        for mount in self._mounts(asked):
            mount.replayer.reset(session)
            services.append(mount.service)
        return own_answer(200, {"reset": "all" if session is None else session, "services": services}, "control")

    def _status(self, asked: Asked) -> Any:
        """What is served, and how it answered so far."""
        return {"mirrors": [_mount_status(mount) for mount in self._mounts(asked)]}

    def _sessions(self, asked: Asked) -> Any:
        """Where each session stands."""
        return {
            "services": {
                mount.service: [
                    {"session": session, "exchange": place + 1} for session, place in mount.replayer.sessions().items()
                ]
                for mount in self._mounts(asked)
            }
        }

    def _journal(self, asked: Asked) -> Any:
        """The last requests, oldest first."""
        wanted = {mount.service for mount in self._mounts(asked)}
        entries = [entry for door in self._doors for entry in tuple(door.journal) if entry[1].mount.service in wanted]
        entries.sort(key=lambda entry: entry[0])
        last = asked.get("last", [""])[0]
        count = int(last) if last.isdecimal() and len(last) < 10 else _LAST
        return {"journal": [_entry(entry) for entry in entries[max(0, len(entries) - count) :]]}

    def _misses(self, asked: Asked) -> Any:
        """The misses, explained."""
        return {
            "misses": [
                miss_document(miss)["error"] for mount in self._mounts(asked) for miss in mount.replayer.tally.missed
            ]
        }


def _why_not(request: Request, local: bool) -> str:
    """Why a control request is refused; empty when it is not."""
    headers = request.headers
    if not local:
        return "the control paths answer clients on this machine only"
    if "origin" in headers or (headers.get("sec-fetch-site") or "none") != "none":
        return "the control paths do not answer web pages"
    if not (headers.get("host") or "localhost").lower().startswith(_LOCAL_NAMES):
        return "the control paths answer under a local name only: ask 127.0.0.1 or localhost"
    return ""


def _told(status: int, code: str, message: str) -> Response:
    """An error."""
    return own_answer(status, {"error": {"code": code, "message": message}}, "control")


def _mount_status(mount: Mount) -> dict[str, Any]:
    """One mirror, in numbers."""
    replayer = mount.replayer
    summary: Summary = summarise(replayer, mount.forwarding)
    return {
        "service": mount.service,
        "version": replayer.mirror.version,
        "mode": str(replayer.mode),
        "strict": replayer.strict,
        "stale": replayer.stale,
        "recordings": summary.recordings,
        "scenarios": summary.scenarios,
        "hits": summary.hits,
        "misses": summary.misses,
        "relaxed": summary.relaxed,
        "ahead": summary.ahead,
        "away": summary.away,
        "forwarded": summary.forwarded,
        "stored": summary.stored,
        "unused": summary.unused,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """One served request."""
    at, known, decision = entry
    came = known.came(decision)
    told: dict[str, Any] = {
        "at": at,
        "service": known.mount.service,
        "session": known.session,
        "request": known.request,
    }
    match came:
        case Replay():
            told["answer"] = _outcome(came.exchange.outcome)
            told["exchange"] = came.place + 1
            if came.notes:
                told["notes"] = {str(note): text for note, text in came.notes}
        case Exchange():
            told["answer"] = _outcome(came.outcome)
            told["forwarded"] = True
        case _:
            told["answer"] = "miss"
    return told


def _outcome(outcome: Outcome) -> str:
    """An outcome in a word."""
    return f"fault {outcome.kind}" if isinstance(outcome, Fault) else f"status {outcome.status}"
