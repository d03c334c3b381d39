"""What changed in what a caller has to show.

Rules: a caller meets one alternative of the old contract and must be let in by one of the new; fewer credentials and
fewer scopes always suffice where more were shown; a scheme is what it is, not what it is called.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_found import Change
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Operation, Requirement

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
    moved = _moved(before, after)
    if moved:
        said = f"where a caller gets its {moved[0]} differs, which nobody here judges"
        yield Change("security-flow-changed", old.name, "security", said, Direction.REQUEST, cause=" > ".join(moved))
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


def _moved(before: tuple[Requirement, ...], after: tuple[Requirement, ...]) -> tuple[str, ...]:
    """A credential that is got elsewhere than before, and both places; empty when there is none."""
    sides = [{(one.kind, one.sources) for alternative in side for one in alternative} for side in (before, after)]
    kinds = {kind for kind, _ in sides[0]} & {kind for kind, _ in sides[1]}
    for kind, sources in sorted(sides[0] - sides[1]):
        if kind in kinds:
            return kind, sources, *sorted(other for known, other in sides[1] if known == kind)
    return ()


def _any_of(alternatives: tuple[Requirement, ...]) -> str:
    """Alternatives in words."""
    return " or ".join(_said(one) for one in alternatives)


def _said(requirement: Requirement) -> str:
    """Credentials in words."""
    parts = sorted(one.kind + "".join(f" {scope}" for scope in sorted(one.scopes)) for one in requirement)
    return " with ".join(parts) or "nothing"
