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
from truemirror.core.contract.infer.gather import Gathered, decide, find_templates, learn
from truemirror.core.contract.infer.keeping import Kept, decisions, keep
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.contract.infer.questions import Question, questions_of
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.release import Size, stepped
from truemirror.core.contract.version import FIRST, UNVERSIONED, choose, is_version, next_minor, ordered
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import StoreError, UsageError
from truemirror.ports import ContractStore, MirrorStore, Parts, Progress


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
    recorded = _recorded(mirrors, service, mirror_version, progress)
    known = contracts.versions(service)
    version = as_version or _version_of(recorded, known)
    _check_version(version)
    old = _documents(contracts, service, version) if version in known else None
    base = old if old is not None else _documents(contracts, service, _before(version, known))
    gathered = _gathered(recorded)
    decide(gathered, decisions(base))
    shapes = shapes_of(gathered.operations)
    plain = documents_of(service, version, gathered, shapes, examples=examples)
    kept = keep(base, plain)
    documents = kept.documents
    parse_contract(service, version, documents)
    contradicted = _contradicted(version, plain, kept, recorded)
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
        questions=questions_of(gathered.operations, shapes, kept.locks, gathered.named),
        locks=kept.locks,
        contradictions=contradicted,
    )


def _check_version(version: str) -> None:
    """See that a version is one. Raises UsageError."""
    if not is_version(version):
        raise UsageError(f"{version!r} is no version", nearest="1.0.0", fix="write it as MAJOR.MINOR.PATCH")


def _gathered(recorded: "_Recorded") -> Gathered:
    """What a mirror teaches. Raises UsageError when that is nothing."""
    templates = find_templates(recorded.told(f"Finding the operations of {recorded.service}"))
    gathered = learn(recorded.told(f"Learning what {recorded.service} answers"), templates)
    if not gathered.operations:
        raise UsageError(
            f"the mirror of {recorded.service} shows no operation, so there is nothing to infer from",
            where=f"mirrors/{recorded.service}/{recorded.version}",
            fix=f"record some calls: truemirror record {recorded.service} --upstream URL",
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
    version: str, plain: Mapping[str, Any], kept: Kept, recorded: "_Recorded"
) -> tuple[Contradiction, ...]:
    """The locks that recordings do not keep, and those whose place is gone."""
    gone = tuple(Contradiction(one.place, one.text) for one in kept.lost)
    if not kept.locks:
        return gone
    exchanges = recorded.told(f"Holding what is locked against {recorded.service}")
    return gone + contradictions(recorded.service, version, plain, kept.documents, exchanges)


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


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A mirror to infer from; its exchanges are read anew each time, so that few are in memory."""

    service: str
    version: str
    parts: Parts
    progress: Progress | None

    def told(self, stage: str) -> Iterator[Exchange]:
        """Every exchange, while whoever watches is told of each part. Raises FormatError, StoreError."""
        if self.progress:
            self.progress.stage(stage, len(self.parts))
        count = 0
        for part in self.parts:
            for exchange in part:
                count += 1
                yield exchange
            if self.progress:
                self.progress.advance(note=f"{count} exchanges")


def _recorded(mirrors: MirrorStore, service: str, version: str, progress: Progress | None) -> _Recorded:
    """The mirror to infer from. Raises UsageError when there is none."""
    known = mirrors.services()
    if service not in known:
        raise UsageError(
            f"there is no mirror of {service!r}",
            nearest=", ".join(known),
            fix=f"record it first: truemirror record {service} --upstream URL",
        )
    try:
        found = version or mirrors.versions(service)[-1]
        return _Recorded(service, found, mirrors.parts(service, found), progress)
    except StoreError as error:
        raise UsageError(error.what, where=error.where, nearest=error.nearest, fix=error.fix) from None


def _version_of(recorded: _Recorded, known: Iterable[str]) -> str:
    """The version to write when none is named."""
    if recorded.version != UNVERSIONED:
        return recorded.version
    return choose(known) or FIRST
