"""Learn what varies by itself: ask a live service the recorded requests twice, or compare two recordings of one drive.

    mirror ──▶ questions ──▶ ask all ──▶ at least a second later ask all again ──▶ compare ──▶ rules ──▶ mirror.json

Rules: live is held against live, nothing written in between, so the state that the recording met does not matter. Both
times lie so far apart that times of whole seconds differ. Answers are redacted before they are looked at; each has a
redactor of its own, so that a token which is fresh each time gets the same stand-in, as in a recording.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.noise import FoundNoise, NoiseFinder, with_noise
from truemirror.core.mirror.noise_asking import Question, questions
from truemirror.core.mirror.noise_pairs import Twice, is_write, recorded_twice
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError, UpstreamError
from truemirror.ports import Clock, MirrorStore, Progress, Upstream
from truemirror.usecases.redact import Redactor

APART_MS: Final = 1_100.0
"""Least time between the first and the second asking of a request."""
OTHERWISE: Final = "it is answered with another status than when it was recorded"
UNCLEAN: Final = "its answer could not be redacted"

_NOT_THERE = frozenset({FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TLS})


@dataclass(frozen=True, slots=True)
class LearnedNoise:
    """What asking a live service twice came to."""

    service: str
    version: str
    found: FoundNoise
    asked: int
    """Requests that were asked twice."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Requests that were not asked, or not compared, by reason."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Requests that a transport failure kept from being compared, by kind."""


class Asker:
    """Asks a live service recorded requests twice."""

    def __init__(
        self,
        upstream: Upstream,
        redactor: Callable[[], Redactor],
        clock: Clock,
        pause: Callable[[float], Awaitable[object]],
        progress: Progress,
    ) -> None:
        """`redactor` makes a new one for each answer; `pause` waits for seconds."""
        self._upstream = upstream
        self._redactor = redactor
        self._clock = clock
        self._pause = pause
        self._progress = progress
        self._left_out: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    async def learn(self, mirror: Mirror, reads: Iterable[str] = (), brought: Headers = Headers()) -> LearnedNoise:  # noqa: B008
        """Find the noise of a mirror's service. Raises UpstreamError when it cannot be reached."""
        planned = questions(mirror, reads, brought)
        finder = NoiseFinder(mirror.rules)
        self._progress.stage(f"asking {mirror.service} twice", 2 * len(planned.askable))
        first = [await self._ask(one, must_answer=number == 0) for number, one in enumerate(planned.askable)]
        for question, before in zip(planned.askable, first, strict=True):
            since = self._clock.monotonic_ms() - before[1]
            if since < APART_MS:
                await self._pause((APART_MS - since) / 1000)
            self._compare(finder, question, before[0], (await self._ask(question))[0])
        self._progress.done()
        left_out = Counter(planned.left_out) + self._left_out
        return LearnedNoise(
            mirror.service,
            mirror.version,
            finder.found(),
            len(planned.askable),
            dict(sorted(left_out.items())),
            dict(sorted(self._failed.items())),
        )

    async def _ask(self, question: Question, *, must_answer: bool = False) -> tuple[Exchange, float]:
        """Ask one request; gives back what came and when. Raises UpstreamError when nobody is there and has to be."""
        began = self._clock.monotonic_ms()
        exchange = await self._upstream.send(question.request)
        self._progress.advance(1, question.request.method)
        outcome = exchange.outcome
        if must_answer and isinstance(outcome, Fault) and outcome.kind in _NOT_THERE:
            raise UpstreamError(
                f"the service cannot be reached: {outcome.kind.value}, {outcome.detail}",
                fix="start it, and give its address with --against URL",
            )
        return exchange, began

    def _compare(self, finder: NoiseFinder, question: Question, one: Exchange, other: Exchange) -> None:
        """Hold two answers against each other, where there are two."""
        for exchange in (one, other):
            if isinstance(exchange.outcome, Fault):
                self._failed[exchange.outcome.kind.value] += 1
                return
        if one.status == other.status and one.status not in question.statuses:
            self._left_out[OTHERWISE] += 1
            return
        try:
            clean, its_other = (self._redactor().redact(exchange, "noise") for exchange in (one, other))
        except StoreError:
            self._left_out[UNCLEAN] += 1
            return
        finder.compare(clean, its_other)


def keep_noise(store: MirrorStore, service: str, version: str, found: FoundNoise) -> bool:
    """Write new rules into a mirror as it is now; says whether there were any. Raises FormatError, StoreError."""
    mirror = store.load(service, version)
    rules = with_noise(mirror.rules, found.rules)
    if rules is mirror.rules:
        return False
    store.save(replace(mirror, rules=rules))
    return True


def begin_again(store: MirrorStore, second: MirrorStore, versions: Mapping[str, str]) -> None:
    """Give a second recording the rules of the first, by service and version, so that it is put in the same order."""
    for service, version in versions.items():
        if service in store.services() and version in store.versions(service):
            second.save(Mirror(service, version, (), store.load(service, version).rules))


def compare_recordings(
    store: MirrorStore, second: MirrorStore, versions: Mapping[str, str], reads: Mapping[str, Sequence[str]]
) -> dict[str, Twice]:
    """What two recordings of one drive show, by service; new rules go into the first. Raises like `keep_noise`.

    `reads` are unsafe operations that change nothing, by service. What was written to one service may show in another.
    """
    both = [name for name in versions if name in store.services() and name in second.services()]
    kept = {name: store.load(name, versions[name]).with_reads(reads.get(name, ())) for name in both}
    again = {name: second.load(name, versions[name]) for name in both}
    wrote = any(is_write(one, kept[name].rules.reads) for name in both for _, _, one in again[name].places())
    shown = {name: recorded_twice(kept[name], again[name], wrote=wrote) for name in both}
    for name, twice in shown.items():
        keep_noise(store, name, versions[name], twice.found)
    return shown
