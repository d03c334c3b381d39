"""Write a contract version from what a service's mirror recorded.

Rules: a version that exists is never changed silently: where inference would promise something else, the differences
are told and nothing is written, unless the caller says to overwrite; counts that changed alone are no difference. What
people wrote into the newest version, or locked in it, is carried over; a lock that recordings contradict is told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truemirror.core.contract.contract import OPENAPI
from truemirror.core.contract.differences import Difference, differences
from truemirror.core.contract.infer.contradictions import Contradiction, contradictions
from truemirror.core.contract.infer.document import documents_of
from truemirror.core.contract.infer.error_shapes import ErrorShape, error_shapes
from truemirror.core.contract.infer.gather import Gathered, decide, gather
from truemirror.core.contract.infer.keeping import Kept, decisions, keep
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.contract.infer.questions import Question, questions_of
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.release import Size, stepped
from truemirror.core.contract.version import FIRST, UNVERSIONED, choose, is_version, next_minor, ordered
from truemirror.core.mirror.model import Mirror
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import StoreError, UsageError
from truemirror.ports import ContractStore, MirrorStore, Progress

_TOLD_EVERY = 500


class State(StrEnum):
    """What became of an inferred contract."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    """The version exists and promises the same."""
    OVERWRITTEN = "overwritten"
    DIFFERS = "differs"
    """The version exists and promises something else; nothing was written."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """An inferred contract version, and what became of it."""

    service: str
    version: str
    state: State
    operations: int
    shapes: int
    exchanges: int
    written: tuple[str, ...] = ()
    """Paths of documents that changed."""
    differences: tuple[Difference, ...] = ()
    """What differs from the version as it was."""
    proposed: str = ""
    """The version to write instead, where this one differs."""
    deserved: Size | None = None
    """How large a step the change deserves, where this one differs and somebody can say."""
    errors: tuple[ErrorShape, ...] = ()
    """The shapes of all errors, the commonest first."""
    failing: int = 0
    """How many operations answered with an error."""
    questions: tuple[Question, ...] = ()
    """What the evidence leaves open."""
    locks: tuple[str, ...] = ()
    """Places that people locked, and that were kept."""
    contradictions: tuple[Contradiction, ...] = ()
    """Locks that recordings do not keep."""


def infer_contract(
    mirrors: MirrorStore,
    contracts: ContractStore,
    service: str,
    *,
    as_version: str = "",
    mirror_version: str = "",
    overwrite: bool = False,
    examples: bool = False,
    deserves: Callable[[Mapping[str, Any], Mapping[str, Any]], Size | None] | None = None,
    progress: Progress | None = None,
) -> Inferred:
    """Infer a service's contract from its mirror and write it; with `examples`, recorded bodies go with it.

    `deserves` says which step a change from some documents to others deserves; a minor one is proposed without it.

    The version is `as_version`, else the mirror's, else the newest that exists, else 1.0.0. Raises UsageError when
    there is no such mirror or nothing in it, FormatError when the mirror cannot be read, StoreError.
    """
    mirror = _mirror(mirrors, service, mirror_version)
    known = contracts.versions(service)
    version = as_version or _version_of(mirror, known)
    _check_version(version)
    old = _documents(contracts, service, version) if version in known else None
    base = old if old is not None else _documents(contracts, service, _before(version, known))
    gathered = _gathered(mirror, progress)
    decide(gathered, decisions(base))
    shapes = shapes_of(gathered.operations)
    plain = documents_of(service, version, gathered, shapes, examples=examples)
    kept = keep(base, plain)
    documents = kept.documents
    parse_contract(service, version, documents)
    contradicted = _contradicted(service, version, plain, kept, mirror)
    if progress:
        progress.done()
    found = differences(old or {}, documents)
    state = _state(is_new=old is None, differ=bool(found), overwrite=overwrite)
    differs = state is State.DIFFERS and old is not None
    whole = contracts.load(service, version) if differs else {}
    beside = {path: one for path, one in whole.items() if not _is_ours(path)}
    deserved = deserves(whole, beside | documents) if deserves and differs else None
    writes = state in (State.CREATED, State.OVERWRITTEN)
    return Inferred(
        service=service,
        version=version,
        state=state,
        operations=len(gathered.operations),
        shapes=len(documents) - 1,
        exchanges=gathered.exchanges,
        written=tuple(contracts.save(service, version, documents)) if writes else (),
        differences=() if old is None else found,
        proposed=_next(choose(known) or version, deserved) if differs else "",
        deserved=deserved,
        errors=error_shapes(gathered.operations, shapes, base or None),
        failing=sum(any(status >= 400 for status in one.answers) for one in gathered.operations),
        questions=questions_of(gathered.operations, shapes, kept.locks),
        locks=kept.locks,
        contradictions=contradicted,
    )


def _check_version(version: str) -> None:
    """See that a version is one. Raises UsageError."""
    if not is_version(version):
        raise UsageError(f"{version!r} is no version", nearest="1.0.0", fix="write it as MAJOR.MINOR.PATCH")


def _gathered(mirror: Mirror, progress: Progress | None) -> Gathered:
    """What a mirror teaches. Raises UsageError when that is nothing."""
    if progress:
        progress.stage(f"Inferring {mirror.service} from {len(mirror)} exchanges", len(mirror))
    gathered = gather(_watched(mirror, progress))
    if not gathered.operations:
        raise UsageError(
            f"the mirror of {mirror.service} shows no operation, so there is nothing to infer from",
            where=f"mirrors/{mirror.service}/{mirror.version}",
            fix=f"record some calls: truemirror record {mirror.service} --upstream URL",
        )
    return gathered


def _next(newest: str, deserved: Size | None) -> str:
    """The version to write a change as."""
    return stepped(newest, deserved) if deserved else next_minor(newest)


def _documents(contracts: ContractStore, service: str, version: str) -> Mapping[str, Any]:
    """The documents of a version that inference writes; none when no version is named."""
    loaded: Mapping[str, Any] = contracts.load(service, version) if version else {}
    return {path: one for path, one in loaded.items() if _is_ours(path)}


def _before(version: str, known: Iterable[str]) -> str:
    """The version that a new one comes after: the newest below it, else the newest of all; empty when there is none."""
    every = ordered({*known, version})
    return every[every.index(version) - 1] if every.index(version) else (every[-1] if len(every) > 1 else "")


def _contradicted(
    service: str, version: str, plain: Mapping[str, Any], kept: Kept, mirror: Mirror
) -> tuple[Contradiction, ...]:
    """The locks that recordings do not keep, and those whose place is gone."""
    gone = tuple(Contradiction(one.place, one.text) for one in kept.lost)
    if not kept.locks:
        return gone
    return gone + contradictions(service, version, plain, kept.documents, _exchanges(mirror))


def _state(*, is_new: bool, differ: bool, overwrite: bool) -> State:
    """What to do with an inferred version."""
    if is_new:
        return State.CREATED
    if overwrite:
        return State.OVERWRITTEN
    return State.DIFFERS if differ else State.UNCHANGED


def _is_ours(path: str) -> bool:
    """Whether inference writes a document of this path; events and notes are left alone."""
    return path == OPENAPI or path.endswith(".schema.json")


def _mirror(mirrors: MirrorStore, service: str, version: str) -> Mirror:
    """The mirror to infer from. Raises UsageError when there is none."""
    known = mirrors.services()
    if service not in known:
        raise UsageError(
            f"there is no mirror of {service!r}",
            nearest=", ".join(known),
            fix=f"record it first: truemirror record {service} --upstream URL",
        )
    try:
        return mirrors.load(service, version or None)
    except StoreError as error:
        raise UsageError(error.what, where=error.where, nearest=error.nearest, fix=error.fix) from None


def _version_of(mirror: Mirror, known: Iterable[str]) -> str:
    """The version to write when none is named."""
    if mirror.version != UNVERSIONED:
        return mirror.version
    return choose(known) or FIRST


def _watched(mirror: Mirror, progress: Progress | None) -> Iterator[Exchange]:
    """Every exchange, told to whoever watches."""
    for number, exchange in enumerate(_exchanges(mirror), start=1):
        if progress and not number % _TOLD_EVERY:
            progress.advance(_TOLD_EVERY)
        yield exchange


def _exchanges(mirror: Mirror) -> Iterable[Exchange]:
    """Every exchange of all scenarios."""
    return (exchange for _, _, exchange in mirror.places())
