"""The control paths of a mirror server: what it serves, where sessions stand, what was asked, and how to change it.

Rules: `Guard` says who may ask, the table of `Way`s what may be asked. JSON in, JSON out, one shape of error; a change
that cannot be made changes nothing. A path that the mirror itself recorded belongs to the mirror.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from truemirror import __version__
from truemirror.adapters.http.server.control_guard import Guard
from truemirror.adapters.http.server.control_openapi import openapi
from truemirror.adapters.http.server.control_routes import Asked, Unfit, Way, found
from truemirror.adapters.http.server.control_shapes import (
    DONE,
    JOURNAL,
    MISSES,
    MODE,
    PLAN,
    PLANS,
    RECORDINGS,
    SERVICE,
    SESSION,
    SESSIONS,
    STATUS,
    SWITCHED,
    VERSION,
)
from truemirror.adapters.http.server.door import CONTROL, Door, Mount
from truemirror.adapters.http.server.journal import last_entries, outcome_word
from truemirror.adapters.http.server.own import own_answer
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.mirror.report import miss_document
from truemirror.core.mirror.timeline import NOWHERE
from truemirror.core.wire.exchange import Request, Response
from truemirror.errors import TruemirrorError, UsageError
from truemirror.usecases.serve import summarise
from truemirror.usecases.serve_mode import may_switch, switch

_LAST = 100
_MOST = 10_000
_ANY = {"service": SERVICE}
_ONE = {"session": SESSION, "service": SERVICE}


def _up_to(most: int, text: str) -> dict[str, Any]:
    """A number of things."""
    return {"type": "integer", "minimum": 0, "maximum": most, "description": text}


class Control:
    """Answers control requests about the doors that it was given."""

    def __init__(self, doors: list[Door], guard: Guard | None = None, workers: int = 1) -> None:
        """The list may grow while the server starts; `guard` says who may ask, `workers` how many processes answer."""
        self._doors = doors
        self._workers = workers
        self._guard = guard or Guard()
        self._ways: Mapping[tuple[str, str], Way] = {(way.method, way.path): way for way in self._table()}

    def __call__(self, request: Request, local: bool) -> Response:
        """The answer to one request; `local` says whether its client is on this machine."""
        refusal = self._guard.refusal(request, local=local)
        if refusal is not None:
            return _told(refusal.status, refusal.code, refusal.message, fix=refusal.fix)
        try:
            way = found(self._ways, request.method, request.path[len(CONTROL) :], CONTROL)
            if self._workers > 1 and way.path not in _SAME_IN_ALL:
                raise self._no_one_knows()
            return own_answer(200, way.does(way.asked(request)), "control", _PRIVATE)
        except Unfit as unfit:
            return _told(unfit.status, unfit.code, unfit.message, nearest=unfit.nearest, fix=unfit.fix)
        except UsageError as error:
            return _told(409, "cannot_be_done", error.what, where=error.where, nearest=error.nearest, fix=error.fix)
        except TruemirrorError as error:
            return _told(500, "mirror_error", error.what, where=error.where, nearest=error.nearest, fix=error.fix)

    def _no_one_knows(self) -> Unfit:
        """Why one of several workers does not answer: the next request may reach another."""
        message = f"{self._workers} workers answer here, and each knows its own requests only"
        return Unfit(409, "several_workers", message, fix="start without --workers; what all did is told at the end")

    def _table(self) -> Iterator[Way]:
        """Everything that can be asked."""
        yield Way("GET", "openapi.json", "This description.", {"type": "object"}, self._described)
        yield Way("GET", "version", "The server's version and its services.", VERSION, self._version)
        yield Way("GET", "status", "What is served, and how it answered so far.", STATUS, self._status, _ANY)
        yield Way("GET", "sessions", "Where sessions stand.", SESSIONS, self._sessions, _ONE)
        last = _up_to(_MOST, f"How many; {_LAST} when left out.")
        yield Way("GET", "journal", "The last requests, oldest first.", JOURNAL, self._journal, {**_ONE, "last": last})
        yield Way("GET", "misses", "The misses, explained.", MISSES, self._misses, _ANY)
        pages = {"scenario": SESSION, "first": _up_to(10**9, "The first one shown, from 0."), "count": last}
        counted = "How often each recording answered."
        yield Way("GET", "recordings", counted, RECORDINGS, self._recordings, {**_ANY, **pages})
        begins = "Let a session begin anew at the beginning, known before its first request."
        yield Way("POST", "sessions/open", begins, DONE, self._open, _ONE, ("session",))
        yield Way("POST", "sessions/close", "Forget a session.", DONE, self._close, _ONE, ("session",))
        yield Way("POST", "reset", "Let one session begin anew, or all.", DONE, self._reset, _ONE)
        wanted = {"mode": MODE, "service": SERVICE}
        cannot = {409: "The mode needs what is missing.", 500: "The mirror's files cannot be written."}
        yield Way("POST", "mode", "Switch the mode.", SWITCHED, self._mode, wanted, ("mode",), cannot)

        yield Way("GET", "plans", "The fault plan in force for a session.", PLANS, self._plans, _ONE)
        adds = "Let a session, or each, meet a fault plan besides those it has."
        unknown = {409: "The plan is for an operation that was never recorded."}
        yield Way("POST", "plans/add", adds, DONE, self._add_plan, {"plan": PLAN, **_ONE}, ("plan",), unknown)
        yield Way("POST", "plans/end", "End the plan given to a session, or every plan.", DONE, self._end_plan, _ONE)

    def _mounts(self, asked: Asked) -> list[Mount]:
        """The services that a request is about. Raises Unfit."""
        mounts = [mount for door in self._doors for mount in door.mounts.values()]
        wanted = asked.text("service")
        chosen = [mount for mount in mounts if wanted in ("", mount.service)]
        if wanted and not chosen:
            names = ", ".join(mount.service for mount in mounts)
            raise Unfit(404, "unknown_service", f"no mirror of '{wanted}' is served here", nearest=names)
        return chosen

    # reading

    def _described(self, asked: Asked) -> Any:
        """The OpenAPI document."""
        return openapi(self._ways.values(), CONTROL, __version__)

    def _version(self, asked: Asked) -> Any:
        """Who this is."""
        return {"truemirror": __version__, "services": [mount.service for mount in self._mounts(asked)]}

    def _status(self, asked: Asked) -> Any:
        """Each mirror in numbers."""
        return {"mirrors": [_mount_status(mount) for mount in self._mounts(asked)]}

    def _sessions(self, asked: Asked) -> Any:
        """Where each session stands: at which exchange of which scenario, none before its first answer."""
        listed = []
        for mount in self._mounts(asked):
            for session, place in mount.replayer.sessions().items():
                if asked.given.get("session", session) == session:
                    scenario, number = mount.name_of(place) if place != NOWHERE else ("", 0)
                    one = {"service": mount.service, "session": session, "scenario": scenario, "exchange": number}
                    listed.append(one)
        return {"sessions": listed, "total": len(listed)}

    def _journal(self, asked: Asked) -> Any:
        """The last requests."""
        services = {mount.service for mount in self._mounts(asked)}
        journals = (door.journal for door in self._doors)
        return {"journal": last_entries(journals, services, asked.given.get("session"), asked.number("last", _LAST))}

    def _misses(self, asked: Asked) -> Any:
        """The misses, as they were told to their clients."""
        missed = [miss for mount in self._mounts(asked) for miss in mount.replayer.tally.missed]
        return {"misses": [miss_document(miss)["error"] for miss in missed]}

    def _recordings(self, asked: Asked) -> Any:
        """How often each recording answered; a page of them."""
        spans = [(mount, _places(mount, asked.given.get("scenario"))) for mount in self._mounts(asked)]
        every = ((mount, place) for mount, places in spans for place in places)
        first = asked.number("first", 0)
        shown = islice(every, first, first + asked.number("count", _LAST))
        total = sum(len(places) for _, places in spans)
        return {"recordings": [_recording(mount, place) for mount, place in shown], "total": total}

    # changing

    def _open(self, asked: Asked) -> Any:
        """Begin a session."""
        return self._each(asked, lambda mount: mount.replayer.begin(asked.text("session")))

    def _close(self, asked: Asked) -> Any:
        """Forget a session. Raises Unfit when nobody knows it."""
        session = asked.text("session")
        knowing = [mount for mount in self._mounts(asked) if session in mount.replayer.sessions()]
        if not knowing:
            known = {name for mount in self._mounts(asked) for name in mount.replayer.sessions()}
            nearest = ", ".join(sorted(known)[:10])
            raise Unfit(404, "unknown_session", f"there is no session '{session}' here", nearest=nearest)
        for mount in knowing:
            mount.replayer.reset(session)
        return {"services": [mount.service for mount in knowing]}

    def _reset(self, asked: Asked) -> Any:
        """Begin anew."""
        return self._each(asked, lambda mount: mount.replayer.reset(asked.given.get("session")))

    def _mode(self, asked: Asked) -> Any:
        """Switch; all services are asked before the first is switched. Raises UsageError, StoreError."""
        mode = Mode(asked.text("mode"))
        for mount in self._mounts(asked):
            may_switch(mount.replayer, mount.forwarding, mode)
        return {"mode": str(mode), **self._each(asked, lambda mount: switch(mount.replayer, mount.forwarding, mode))}

    def _plans(self, asked: Asked) -> Any:
        """The rules in force for a session; the default one when none is named."""
        session = asked.text("session")
        mounts = self._mounts(asked)
        return {
            "plans": [
                {"service": one.service, "session": session, "rules": list(one.replayer.plans(session))}
                for one in mounts
            ]
        }

    def _add_plan(self, asked: Asked) -> Any:
        """Give a plan to all services that are meant, or to none. Raises Unfit, UsageError."""
        try:
            plan = parse_plan(asked.given["plan"], "plan")
        except UsageError as error:
            raise Unfit(400, "bad_plan", error.what, nearest=error.nearest, fix=error.fix) from None
        for mount in self._mounts(asked):
            mount.replayer.may_plan(plan)
        return self._each(asked, lambda mount: mount.replayer.plan(plan, asked.given.get("session")))

    def _end_plan(self, asked: Asked) -> Any:
        """Take plans back."""
        return self._each(asked, lambda mount: mount.replayer.end_plan(asked.given.get("session")))

    def _each(self, asked: Asked, change: Callable[[Mount], None]) -> dict[str, Any]:
        """Change every service that is meant."""
        mounts = self._mounts(asked)
        for mount in mounts:
            change(mount)
        return {"services": [mount.service for mount in mounts]}


_SAME_IN_ALL = ("openapi.json", "version")
"""What every worker answers alike."""
_PRIVATE = (("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin"))
"""Keeps a page from taking an answer for a script, a style or a picture."""


def _told(status: int, code: str, message: str, *, where: str = "", nearest: str = "", fix: str = "") -> Response:
    """An error."""
    told = {"code": code, "message": message, "where": where, "nearest": nearest, "fix": fix}
    further = [*_PRIVATE]
    if status == 405:
        further.append(("Allow", nearest))
    if status == 401:
        further.append(("WWW-Authenticate", "Bearer"))
    return own_answer(status, {"error": {name: text for name, text in told.items() if text}}, "control", further)


def _mount_status(mount: Mount) -> dict[str, Any]:
    """One mirror, in numbers."""
    replayer = mount.replayer
    summary = summarise(replayer, mount.forwarding, mount.service)
    numbers = (
        "recordings", "scenarios", "hits", "misses", "relaxed", "ahead", "away", "forwarded", "stored", "unused",
        "planned",
    )  # fmt: skip
    return {
        "service": mount.service,
        "version": replayer.mirror.version,
        "mode": str(replayer.mode),
        "strict": replayer.strict,
        "stale": replayer.stale,
        "upstream": mount.forwarding is not None and mount.forwarding.upstream is not None,
        "sessions": len(replayer.sessions()),
        **{name: getattr(summary, name) for name in numbers},
    }


def _places(mount: Mount, scenario: str | None) -> range:
    """The places of one scenario, or of all."""
    index = mount.replayer.index
    if scenario is None:
        return range(len(index.exchanges))
    number = index.scenario_numbers.get(scenario)
    if number is None:
        return range(0)
    start = index.spans.starts[number]
    return range(start, start + len(index.mirror.scenarios[number].exchanges))


def _recording(mount: Mount, place: int) -> dict[str, Any]:
    """One recording, and how often it answered."""
    exchange = mount.replayer.index.exchanges[place]
    scenario, number = mount.name_of(place)
    return {
        "service": mount.service,
        "scenario": scenario,
        "exchange": number,
        "method": exchange.request.method,
        "target": exchange.request.target,
        "answer": outcome_word(exchange.outcome),
        "count": mount.replayer.tally.counts[place],
    }
