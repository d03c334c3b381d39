"""What changed in what a caller has to show.

Rules: a caller meets one alternative of the old contract and must be let in by one of the new; fewer credentials and
fewer scopes always suffice where more were shown; a scheme is what it is, not what it is called.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_found import Change
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import FLOW, Operation, Requirement

_NOBODY_ASKED: tuple[Requirement, ...] = (frozenset(),)


def security_changes(old: Operation, new: Operation, request: dict[str, object]) -> Iterator[Change]:
    """How an operation's demands changed; `request` is the smallest one that used to be let in."""
    before, after = old.security or _NOBODY_ASKED, new.security or _NOBODY_ASKED
    shut_out = [one for one in before if not any(_suffices(one, other) for other in after)]
    if shut_out:
        yield Change(
            "security-tightened",
            old.name,
            "security",
            f"a caller that shows {_said(shut_out[0])} is no longer let in; asked for is {_any_of(after)}",
            Direction.REQUEST,
            {**request, "shows": sorted(one.kind for one in shut_out[0])},
            cause=f"{_any_of(before)} > {_any_of(after)}",
        )
    lost, gained = _lost(before, after), _gained(before, after)
    gone = [source.removesuffix(FLOW) for source in lost[1:] if source.endswith(FLOW)]
    if gone:
        said = f"a caller that gets its {lost[0]} by the flow {' or '.join(gone)} no longer gets it"
        shows = {**request, "shows": [f"{lost[0]} by {gone[0]}"]}
        cause = " > ".join(lost)
        yield Change("security-tightened", old.name, "security", said, Direction.REQUEST, shows, cause=cause)
    elif lost:
        said = f"where a caller gets its {lost[0]} differs, which nobody here judges: {', '.join(lost[1:])} is gone"
        yield Change("security-flow-changed", old.name, "security", said, Direction.REQUEST, cause=" > ".join(lost))
    if gained:
        said = f"a caller may get its {gained[0]} in more ways: {', '.join(gained[1:])}"
        yield Change("security-loosened", old.name, "security", said, Direction.REQUEST, cause=" > ".join(gained))
    if any(not any(_suffices(one, other) for other in before) for one in after):
        yield Change(
            "security-loosened",
            old.name,
            "security",
            f"{_any_of(after)} is enough where {_any_of(before)} was asked for",
            Direction.REQUEST,
            cause=f"{_any_of(before)} > {_any_of(after)}",
        )


def _suffices(shown: Requirement, asked: Requirement) -> bool:
    """Whether what is shown meets what is asked for."""
    return all(any(one.kind == other.kind and other.scopes <= one.scopes for one in shown) for other in asked)


def _sources(side: tuple[Requirement, ...]) -> dict[str, frozenset[str]]:
    """By kind of credential, everywhere that it is got."""
    found: dict[str, frozenset[str]] = {}
    for one in (credential for alternative in side for credential in alternative):
        found[one.kind] = found.get(one.kind, frozenset()) | one.sources
    return found


def _lost(before: tuple[Requirement, ...], after: tuple[Requirement, ...]) -> tuple[str, ...]:
    """A credential that is no longer got where it was, and these places; empty when there is none."""
    there = _sources(after)
    for kind, sources in sorted(_sources(before).items()):
        if kind in there and not sources <= there[kind]:
            return kind, *sorted(sources - there[kind])
    return ()


def _gained(before: tuple[Requirement, ...], after: tuple[Requirement, ...]) -> tuple[str, ...]:
    """A credential that is got in more ways than before, and these ways; empty when there is none."""
    known = _sources(before)
    for kind, sources in sorted(_sources(after).items()):
        if kind in known and sources > known[kind]:
            return kind, *sorted(sources - known[kind])
    return ()


def _any_of(alternatives: tuple[Requirement, ...]) -> str:
    """Alternatives in words."""
    return " or ".join(_said(one) for one in alternatives)


def _said(requirement: Requirement) -> str:
    """Credentials in words."""
    parts = sorted(one.kind + "".join(f" {scope}" for scope in sorted(one.scopes)) for one in requirement)
    return " with ".join(parts) or "nothing"
