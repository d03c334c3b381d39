"""The mirrors behind the pages of one test: its session begins, and afterwards it is told what was asked of them.

Rules: browsers name no session, so one test at a time is the default session of every mirror, and each try of it begins
anew. Counts are differences of what the mirrors counted before and after.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.flow.trace import Call
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.report import miss_lines
from truemirror.core.mirror.used import spot
from truemirror.core.wire.canonical import canonical_path
from truemirror.usecases.replay import Replayer

_BEYOND = "one more request that no recording answers (too many to be told)"


@dataclass(slots=True)
class Asked:
    """What one try asked of mirrors."""

    uses: list[tuple[str, str]] = field(default_factory=list)
    """Services and operations."""
    hits: list[tuple[str, int]] = field(default_factory=list)
    planned: list[tuple[str, int]] = field(default_factory=list)
    """Services and how many calls a plan changed."""
    missed: list[tuple[str, str]] = field(default_factory=list)
    """Services and reports of misses."""
    answers: list[tuple[str, str, int]] = field(default_factory=list)
    """Services, scenarios and numbers of the recordings that answered."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One answer that a mirror gave."""

    service: str
    method: str
    path: str
    """As it was asked, canonical."""
    recording: str
    """`ada-looks-around/7`."""


class MirrorWatch:
    """What one try asks of mirrors."""

    def __init__(self, replayers: Mapping[str, Replayer], session: str) -> None:
        """Begin the session anew on all of them."""
        self._replayers = replayers
        self._before: dict[str, tuple[int, int, int, int, Counter[int]]] = {}
        for name, one in replayers.items():
            one.default_session = session
            for key in ("", session):
                one.reset(key)
            tally = one.tally
            self._before[name] = (tally.hits, tally.planned, tally.misses, len(tally.missed), Counter(tally.used))

    def told(self) -> Asked:
        """What was asked since the beginning."""
        asked = Asked()
        for name, (hits, planned, misses, listed, used) in self._before.items():
            replayer = self._replayers[name]
            tally = replayer.tally
            asked.hits.append((name, tally.hits - hits))
            asked.planned.append((name, tally.planned - planned))
            places = sorted((Counter(tally.used) - used).keys())
            requests = [replayer.index.exchanges[place].request for place in places]
            asked.uses += [(name, one) for one in sorted({operation_of(one.method, one.path) for one in requests})]
            asked.answers += [(name, *spot(replayer.index, place)) for place in places]
            for miss in tally.missed[listed:]:
                asked.uses.append((name, miss.operation))
                asked.missed.append((name, "\n".join(miss_lines(miss))))
            beyond = tally.misses - misses - len(tally.missed[listed:])
            asked.missed += [(name, _BEYOND)] * beyond
        return asked


def with_recordings(calls: Iterable[Call], replayed: Sequence[Replayed]) -> tuple[Call, ...]:
    """The calls, each with the recording that answered it: of the same request, the k-th answer is the k-th call's."""
    waiting: dict[tuple[str, str, str], list[str]] = {}
    for one in replayed:
        waiting.setdefault((one.service, one.method.upper(), one.path), []).append(one.recording)
    named: dict[int, str] = {}
    listed = tuple(calls)
    for place, call in sorted(enumerate(listed), key=lambda pair: pair[1].at_ms):
        request = call.exchange.request
        left = waiting.get((call.service, request.method.upper(), canonical_path(request.path)))
        if left:
            named[place] = left.pop(0)
    return tuple(replace(call, recording=named.get(place, call.recording)) for place, call in enumerate(listed))
