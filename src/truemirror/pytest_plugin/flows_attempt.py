"""One try of one flow: its visitors, and everything that is known of it afterwards.

Rules: what happened is gathered while the pages are still there, before any fixture of the test ends. Gathering never
hides the test's own failure and takes a bounded time.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from truemirror.core.flow.holding import Judge, Owners, known
from truemirror.core.flow.safety import stray_message, strayed
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Try
from truemirror.errors import BrowserLost, PageError, TruemirrorError
from truemirror.usecases.flow_mirrors import Asked, with_recordings

if TYPE_CHECKING:
    from truemirror.bootstrap.flows import Behind

SETTLE_SECONDS = 3.0
"""How long the last calls of a test may take."""
_PICTURES = 40
_STRAY = "the page left the allowed hosts"


@dataclass(slots=True)
class Gathered:
    """What one try left behind."""

    calls: tuple[Call, ...] = ()
    said: tuple[Said, ...] = ()
    steps: tuple[Step, ...] = ()
    asked: Asked = field(default_factory=Asked)
    problems: list[str] = field(default_factory=list)
    """Why the try has failed although its test did not: misses, strayed pages, a service that ended."""
    left: int = 0


class Attempt:
    """One try."""

    def __init__(self, number: int, session: str, behind: "Behind", browser: Any, own: bool) -> None:
        """Begin it, in the test's own name. `own`: the browser is this test's alone."""
        self.number = number
        self.browser = browser
        self.own = own
        self.behind = behind
        self.began = time.time()
        self.gathered: Gathered | None = None
        self.files: dict[str, bytes] = {}
        """Pictures and snapshots, by name."""
        self._visitors: dict[str, Any] = {}
        self._pictures = 0
        behind.begin(session)

    def visitor(self, name: str) -> Any:
        """A person at the browser; the same name is the same person. Raises BrowserLost."""
        if name not in self._visitors:
            self._visitors[name] = self.browser.visitor(
                name, base=self.behind.base, began=self.began, keep_picture=self._keeper(name)
            )
        return self._visitors[name]

    def gather(self, owners: Owners, judge: Judge, *, failed: bool) -> Gathered:
        """Let the pages settle and take along all that happened; the first time counts."""
        if self.gathered is None:
            self.gathered = self._gather(owners, judge, failed=failed)
        return self.gathered

    def leave(self) -> None:
        """All visitors go; a browser of this test's own ends."""
        for one in self._visitors.values():
            with suppress(TruemirrorError):
                one.leave()
        if self.own:
            self.browser.stop()

    def as_try(self, outcome: Outcome, message: str) -> Try:
        """The try as a value."""
        seen = self.gathered or Gathered()
        return Try(
            number=self.number,
            outcome=outcome,
            message=message,
            seconds=time.time() - self.began,
            steps=seen.steps,
            calls=seen.calls,
            said=seen.said,
            misses=tuple(text for _, text in seen.asked.missed),
            left=seen.left,
        )

    def _gather(self, owners: Owners, judge: Judge, *, failed: bool) -> Gathered:
        """All that happened."""
        visitors = self._visitors
        for one in visitors.values():
            with suppress(BrowserLost):
                one.still_open(SETTLE_SECONDS)
        if failed:
            self._take_snapshots()
        calls = sorted((call for one in visitors.values() for call in one.calls), key=lambda call: call.at_ms)
        mapped = [known(call, owners, judge) for call in calls]
        seen = Gathered(
            calls=with_recordings(mapped, self.behind.replayed()),
            said=tuple(sorted((said for one in visitors.values() for said in one.said), key=lambda said: said.at_ms)),
            steps=tuple(sorted(_steps(visitors), key=lambda step: step.at_ms)),
            asked=self.behind.asked(),
            left=sum(one.left for one in visitors.values()),
        )
        seen.problems += dict.fromkeys(text for _, text in seen.asked.missed)
        if stray := self._stray(call.url for call in calls):
            seen.problems.append(stray)
        if lost := self.behind.lost():
            seen.problems.append(lost)
        return seen

    def _stray(self, urls: Iterator[str]) -> str:
        """What is to be said of pages that left the allowed hosts; empty when none did."""
        hosts = strayed(urls, self.behind.allowed) if self.behind.allowed else ()
        return stray_message(hosts, getattr(self.behind, "environment").name) if hosts else ""  # noqa: B009

    def _keeper(self, name: str) -> Callable[[str, bytes], str]:
        """What keeps the picture after each step of a visitor; a page that left its hosts ends the test there."""

        def keep(step: str, picture: bytes) -> str:
            """Keep it; gives back its file."""
            if stray := self._stray(call.url for call in self._visitors[name].calls):
                raise PageError(stray, where=step)
            if self._pictures >= _PICTURES:
                return ""
            self._pictures += 1
            file = f"step{self._pictures:02}.png"
            self.files[file] = picture
            return file

        return keep

    def _take_snapshots(self) -> None:
        """The pages as they are now, of each visitor."""
        for number, one in enumerate(self._visitors.values(), start=1):
            ending = f"{number}" if number > 1 else ""
            takers: Mapping[str, Callable[[], str | bytes]] = {
                f"final{ending}.png": one.picture,
                f"dom{ending}.html": one.dom,
                f"page{ending}.mhtml": one.mhtml,
            }
            for file, take in takers.items():
                with suppress(TruemirrorError):
                    taken = take()
                    self.files[file] = taken.encode("utf-8", "replace") if isinstance(taken, str) else taken


def _steps(visitors: Mapping[str, Any]) -> Sequence[Step]:
    """The steps of all visitors; where there are several, each says whose it was."""
    from dataclasses import replace

    if len(visitors) == 1:
        return tuple(next(iter(visitors.values())).steps)
    return tuple(replace(step, name=f"{name}: {step.name}") for name, one in visitors.items() for step in one.steps)
