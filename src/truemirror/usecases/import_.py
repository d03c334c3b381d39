"""Import another tool's recordings into a mirror, as if they had been recorded.

    files ──▶ read ──▶ choose the service's hosts ──▶ redact all ──▶ journal ──▶ fold          then tell what was left

Rules: nothing is written before everything was read and redacted. A file is a scenario and replaces only that one;
importing it again changes no line. What could not be carried over is in the result, entry by entry.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.foreign.carried import Carried, CarriedExchange, LeftOut, Source
from truemirror.core.foreign.formats import FORMATS
from truemirror.core.mirror.model import Ignore, Mirror
from truemirror.core.mirror.session import scenario_name
from truemirror.core.wire.exchange import Exchange, Fault
from truemirror.errors import CouldNotRun, FormatError, UsageError
from truemirror.ports import MirrorStore, Progress
from truemirror.usecases.redact import Redactor

_DEFAULT_PORTS = (":80", ":443")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is imported, and where to."""

    format: str
    """A name of `truemirror.core.foreign.formats.FORMATS`."""
    service: str
    version: str = ""
    """Of the mirror; the newest where it is empty."""
    scenario: str = ""
    """The scenario that takes everything; empty for one named after each file."""
    hosts: tuple[str, ...] = ()
    """Only what was asked of these hosts; empty for the one host that there is."""
    known_hosts: tuple[str, ...] = ()
    """Hosts that the configuration gives the service; they choose where several are in a file."""
    dry: bool = False
    """Only tell, write nothing."""
    ignores: bool = False
    """Add the ignore rules to the mirror, too."""


@dataclass(frozen=True, slots=True)
class LeftOutOf:
    """Something that was not carried over, and the file that holds it."""

    file: str
    entry: str
    part: str
    why: str
    fix: str = ""
    whole: bool = False
    """Whether the entry gave no exchange at all."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    service: str
    version: str
    """Of the mirror; empty in a dry run without a mirror."""
    exchanges: int
    scenarios: Mapping[str, int]
    faults: int
    redacted: int
    """Exchanges in which secrets were replaced."""
    left_out: tuple[LeftOutOf, ...]
    ignores: tuple[Ignore, ...]
    """Rules that say of the mirror what the files said by not saying; those that it does not have yet."""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Exchanges with other hosts, which are not the service's."""
    written: bool = True


@dataclass(slots=True)
class _Read:
    """Everything that was read."""

    exchanges: list[tuple[str, CarriedExchange]] = field(default_factory=list)
    left_out: list[LeftOutOf] = field(default_factory=list)
    ignores: dict[Ignore, None] = field(default_factory=dict)
    recorded: str = ""


def import_recordings(
    open_store: Callable[[str], MirrorStore],
    redactor: Redactor,
    sources: Iterable[Source],
    wanted: Wanted,
    progress: Progress | None = None,
) -> Imported:
    """Carry sources over into a mirror. Raises FormatError, UsageError, StoreError.

    `open_store` gives the mirrors for recordings of a day (YYYY-MM-DD, empty when it is not known).
    """
    read = _read(sources, wanted, progress)
    chosen, elsewhere = _of_service(read, wanted)
    if not chosen:
        raise _nothing(read, wanted)
    if progress:
        progress.stage("redacting", len(chosen))
    clean: list[tuple[str, Exchange]] = []
    redacted = 0
    for scenario, carried in chosen:
        exchange = redactor.redact(carried.exchange, scenario)
        redacted += exchange is not carried.exchange
        clean.append((scenario, exchange))
        if progress:
            progress.advance()
    store = open_store(read.recorded)
    offered = _offered(store, wanted, tuple(read.ignores))
    version = wanted.version if wanted.dry else _write(store, wanted, clean, offered)
    if progress:
        progress.done()
    return Imported(
        wanted.service,
        version,
        len(clean),
        dict(Counter(scenario for scenario, _ in clean)),
        sum(isinstance(exchange.outcome, Fault) for _, exchange in clean),
        redacted,
        tuple(read.left_out),
        offered,
        elsewhere,
        written=not wanted.dry,
    )


def _read(sources: Iterable[Source], wanted: Wanted, progress: Progress | None) -> _Read:
    """All sources. Raises FormatError with the file in its place, UsageError for two of one name."""
    read, names = _Read(), set[str]()
    if progress:
        progress.stage("reading")
    for source in sources:
        name = scenario_name(wanted.scenario or source.name)
        if name in names and not wanted.scenario:
            fix = "give the folder that holds them both, or one --scenario for all"
            raise UsageError(f"two files would be the scenario {name!r}", where=source.name, fix=fix)
        names.add(name)
        try:
            carried = FORMATS[wanted.format].read(source)
        except FormatError as error:
            where = f"{source.name}: {error.where}" if error.where else source.name
            raise FormatError(error.what, where=where, nearest=error.nearest, fix=error.fix) from None
        _take(read, carried, name, source.name)
        if progress:
            progress.advance(note=source.name)
    return read


def _take(read: _Read, carried: Carried, scenario: str, file: str) -> None:
    """What one source carries."""
    for one in carried.exchanges:
        read.exchanges.append((scenario_name(one.scenario) if one.scenario else scenario, one))
    read.left_out.extend(_of(file, one) for one in carried.left_out)
    read.ignores.update(dict.fromkeys(carried.ignores))
    read.recorded = max(read.recorded, carried.recorded)


def _of(file: str, left: LeftOut) -> LeftOutOf:
    """Something left out, with its file."""
    return LeftOutOf(file, left.entry, left.part, left.why, left.fix, left.whole)


def _of_service(read: _Read, wanted: Wanted) -> tuple[list[tuple[str, CarriedExchange]], Mapping[str, int]]:
    """The exchanges of the service, and how many others were with which hosts. Raises UsageError."""
    counts = Counter(_plain(one.host) for _, one in read.exchanges if one.host)
    asked = {_plain(host.lower()) for host in wanted.hosts}
    if asked - counts.keys() and counts:
        missing = sorted(asked - counts.keys())[0]
        raise UsageError(f"nothing was asked of {missing}", where="--host", nearest=_listed(counts))
    if not asked and len(counts) > 1:
        asked = {_plain(host.lower()) for host in wanted.known_hosts} & counts.keys()
        if not asked:
            fix = f"say which are {wanted.service}: --host {counts.most_common(1)[0][0]}"
            what = f"{len(counts)} hosts are asked, and a mirror is of one service"
            raise UsageError(what, where=wanted.format, nearest=_listed(counts), fix=fix)
    if not asked:
        return read.exchanges, {}
    chosen = [(name, one) for name, one in read.exchanges if not one.host or _plain(one.host) in asked]
    return chosen, {host: count for host, count in sorted(counts.items()) if host not in asked}


def _plain(host: str) -> str:
    """A host without the port that goes without saying."""
    return next((host.removesuffix(port) for port in _DEFAULT_PORTS if host.endswith(port)), host)


def _listed(counts: Counter[str]) -> str:
    """Hosts and how often they were asked."""
    return ", ".join(f"{host} ({count})" for host, count in counts.most_common(8))


def _nothing(read: _Read, wanted: Wanted) -> CouldNotRun:
    """There is nothing to write."""
    if not read.left_out:
        return CouldNotRun("there is nothing to import", where=wanted.format, fix="give a file with recordings")
    first = read.left_out[0]
    what = f"nothing could be carried over: {len(read.left_out)} entries or parts were left out, first {first.entry}"
    return CouldNotRun(f"{what}: {first.part}: {first.why}", where=first.file, fix=first.fix)


def _offered(store: MirrorStore, wanted: Wanted, ignores: tuple[Ignore, ...]) -> tuple[Ignore, ...]:
    """The ignore rules that the mirror does not have yet."""
    mirror = _mirror(store, wanted)
    known = {(one.operation, one.part) for one in mirror.rules.ignores} if mirror else set()
    merged = {(one.operation, one.part): one for one in reversed(ignores)}
    fresh = [one for one in merged.values() if not {(one.operation, one.part), ("*", one.part)} & known]
    return tuple(sorted(fresh, key=lambda one: (one.part, one.operation)))


def _mirror(store: MirrorStore, wanted: Wanted) -> Mirror | None:
    """The mirror that there is."""
    versions = store.versions(wanted.service)
    if not versions or (wanted.version and wanted.version not in versions):
        return None
    return store.load_all_readable(wanted.service, wanted.version or None)[0]


def _write(
    store: MirrorStore, wanted: Wanted, exchanges: Sequence[tuple[str, Exchange]], offered: Sequence[Ignore]
) -> str:
    """Record the exchanges, and add the rules where that is wanted; gives the mirror's version. Raises StoreError."""
    with store.journal(wanted.service, wanted.version or None) as journal:
        for scenario, exchange in exchanges:
            journal.append(scenario, exchange)
        version = journal.fold().version
    if wanted.ignores and offered:
        mirror = store.load(wanted.service, version)
        rules = replace(mirror.rules, ignores=(*mirror.rules.ignores, *offered))
        store.save(replace(mirror, rules=rules))
    return version
