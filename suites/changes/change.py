"""What a provider changes: the edit of its contract, what its service answers then, and what has to be found.

Rules: a change says beforehand which rules speak of it, how gravely, and whom it concerns; nothing is taken from a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from suites.changes.edited import Edited

Answers = Callable[[int, Any], tuple[int, Any]]
"""What the changed service makes of a status and a JSON body; None is no body."""


@dataclass(frozen=True, slots=True)
class Live:
    """The same change in the running service."""

    asked: str
    """A request that shows it: `GET /v1/tags/t1`."""
    answers: Answers
    body: Any = None
    """What is sent with it; None for nothing."""
    times: int = 1
    """How often it is sent; the last answer counts."""
    rule: str = ""
    """The rule by which the old contract refuses the answer; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one provider."""

    name: str
    title: str
    service: str
    edit: Callable[[Edited], None]
    verdict: str
    """`breaking` or `compatible`."""
    rules: frozenset[str]
    """Of a change that breaks the rules that say so, of any other all that are told."""
    consumers: tuple[str, ...]
    """Who calls the service."""
    before: Callable[[Edited], None] | None = None
    """What is edited on both sides, where the committed contract lacks what the change is about."""
    live: Live | None = None

    def old(self) -> Edited:
        """The contract before it."""
        contract = Edited(self.service)
        if self.before:
            self.before(contract)
        return contract

    def new(self) -> Edited:
        """The contract after it."""
        contract = self.old()
        self.edit(contract)
        return contract


CALLERS: Mapping[str, tuple[str, ...]] = {
    "auth": ("core", "deals", "public-api", "tags"),
    "core": ("deals", "public-api"),
    "tags": ("deals", "public-api"),
    "deals": ("public-api",),
    "public-api": ("web",),
}
"""Who calls whom in the reference system, as its manual says."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Changes that ought to be judged in one way."""

    verdict: str
    changes: list[Change] = field(default_factory=list)

    def __call__(
        self,
        service: str,
        *rules: str,
        before: Callable[[Edited], None] | None = None,
        live: Live | None = None,
    ) -> Callable[[Callable[[Edited], None]], Callable[[Edited], None]]:
        """Take up an edit: its name and its first sentence are the change's."""

        def take(edit: Callable[[Edited], None]) -> Callable[[Edited], None]:
            name, title = edit.__name__.replace("_", "-"), (edit.__doc__ or "").strip()
            told = Change(name, title, service, edit, self.verdict, frozenset(rules), CALLERS[service], before, live)
            self.changes.append(told)
            return edit

        return take


harmful = Catalogue("breaking")
harmless = Catalogue("compatible")
