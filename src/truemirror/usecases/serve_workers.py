"""Whether mirrors may be served by several processes on one port, and what those say together at the end.

Rules: connections are spread without regard to sessions, and each process knows its own requests only; so whatever an
earlier request could change is refused before anything starts, with what would have worked. How many writes lie ahead
of a session no process knows, so together they do not say.
"""

from collections.abc import Iterable, Mapping, Sequence

from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.sharing import has_flow, several_answers
from truemirror.errors import UsageError
from truemirror.usecases.replay import Replayer
from truemirror.usecases.replay_tally import Tally, merged
from truemirror.usecases.serve_plan import Serving

_ALONE = "leave --workers out: one process knows where each session stands"


def check_workers(how: Serving, replayers: Iterable[Replayer]) -> None:
    """Raise UsageError where several processes would answer otherwise than one."""
    if how.workers == 1:
        return
    if how.mode is not Mode.REPLAY:
        raise UsageError(f"--workers is for --mode replay; {how.mode} has one process ask the live service", fix=_ALONE)
    if how.strict:
        raise UsageError("--strict asks what a session did before, which no worker knows", fix=_ALONE)
    if how.plans:
        raise UsageError("a plan counts the calls of a session, which no worker knows", fix=_ALONE)
    for replayer in replayers:
        _check(replayer)


def _check(replayer: Replayer) -> None:
    """Raise UsageError where answers of a mirror depend on what was asked before."""
    service, index = replayer.mirror.service, replayer.index
    if has_flow(index):
        raise UsageError(
            f"several workers cannot serve {service}: its rules for requests carry values from one call to the next",
            where=f"{service}: mirror.json, links and noise of requests",
            fix=_ALONE,
        )
    several = several_answers(index)
    if several is None:
        return
    are = "request has" if several.requests == 1 else "requests have"
    raise UsageError(
        f"several workers cannot serve {service}: {several.requests:,} {are} several recorded answers, "
        "and which one is next depends on what was asked before",
        where=f"{service}: {several.example} has {several.answers}",
        fix=f"{_ALONE}; or declare what differs as noise: truemirror noise {service} --against URL",
    )


def take_tallies(replayers: Mapping[str, Replayer], told: Sequence[Mapping[str, Tally]]) -> None:
    """Give each mirror what all workers counted together."""
    for name, replayer in replayers.items():
        together = merged([one[name] for one in told], len(replayer.index.exchanges))
        together.ahead = 0  # each knew of other writes
        replayer.tally = together
