"""The composition root: the only place that wires adapters to use cases; a command with more wiring has its own file.

Rules: one small function per thing that can be asked for; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from ssl import SSLContext

    from truemirror.adapters.http.server import Door, Guard, MirrorServer
    from truemirror.adapters.inprocess.neighbour import Neighbour
    from truemirror.config import Config
    from truemirror.core.contract.conformance import Conformance
    from truemirror.core.gate.evidence import Evidence
    from truemirror.core.mirror.model import Mirror
    from truemirror.core.route import Route
    from truemirror.core.system import Answered
    from truemirror.core.wire.exchange import Request
    from truemirror.errors import TruemirrorError
    from truemirror.ports import ContractStore, Journal, Launcher, MirrorStore, Progress, ProjectFiles
    from truemirror.usecases.check import CheckResult
    from truemirror.usecases.gate import Watcher
    from truemirror.usecases.infer import Inferred
    from truemirror.usecases.record import Recording
    from truemirror.usecases.replay import Replayer
    from truemirror.usecases.serve import Forwarding
    from truemirror.usecases.serve_plan import Serving
    from truemirror.usecases.up import System


def system(
    config: Config,
    *,
    services: Sequence[str] = (),
    mirrors: Sequence[str] = (),
    port_base: int = 0,
    logs: Path | None = None,
    record: bool = False,
) -> System:
    """The services of a configuration as processes: `with system(config, mirrors=["tags"]) as running: ...`.

    Those named are live (all that have a `start` line, when none is), those in `mirrors` are answered for by their
    mirrors. With `record`, all that is live is recorded. Nothing runs before it is entered or started.
    """
    import sys
    from functools import partial

    from truemirror.adapters.services import ProcessLauncher
    from truemirror.usecases.up import System

    return System(
        config,
        ProcessLauncher(logs=logs),
        _Mirrors(config),
        services=services,
        mirrors=mirrors,
        port_base=port_base,
        python=sys.executable,
        record=partial(recording, config) if record else None,
    )


def project_files(config: Config) -> ProjectFiles:
    """The files of the project that a configuration is of."""
    from truemirror.adapters.project_files import ProjectFolder

    return ProjectFolder(config.root)


class _Mirrors:
    """Mirrors that take the place of services in a running system; meets `truemirror.ports.MirrorHost`."""

    def __init__(self, config: Config) -> None:
        """Nothing is read yet."""
        self._config = config
        self._server: MirrorServer | None = None

    def serve(self, ports: Mapping[str, int]) -> None:
        """Answer for each service at its port. Raises UsageError where there is no mirror, FormatError, PortError."""
        self._server = mirror_server(self._config, list(ports), ports=ports).start()

    def answered(self) -> Sequence[Answered]:
        """What every mirror was asked so far."""
        from truemirror.core.system import Answered

        mounts = self._server.mounts if self._server else {}
        tallies = {name: mount.replayer.tally for name, mount in mounts.items()}
        return [Answered(name, one.hits, one.misses, tuple(one.missed)) for name, one in tallies.items()]

    def stop(self) -> None:
        """Answer no longer."""
        if self._server is not None:
            self._server.stop()


def mirror_doors(
    config: Config, services: Sequence[str] = (), how: Serving | None = None, guard: Guard | None = None
) -> tuple[list[Door], Mapping[str, TruemirrorError]]:
    """A door for each mirror (all, when none is named), and why other mirrors cannot be read; `tags@1.0.0` is one.

    `guard` says who may use the control paths. Nothing is stored before `begin_storing` was called for each.
    Raises UsageError when there is nothing to serve, or not by so many workers.
    """
    from truemirror.adapters.http.server import Mount, doors_for
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.mirror_files.store import utc_day
    from truemirror.core.mirror.naming import service_of
    from truemirror.usecases.serve_conditions import bandwidth_of, check_planned, set_conditions
    from truemirror.usecases.serve_plan import Serving, load_mirrors
    from truemirror.usecases.serve_workers import check_workers

    how = how or Serving()
    store = MirrorFiles(config.mirrors)
    loaded = load_mirrors(store, config, services, today=utc_day(), how=how)
    check_planned(how.plans, loaded.mirrors)
    mounts: dict[str, Mount] = {}
    for name, mirror in loaded.mirrors.items():
        replayer = _replayer(config, mirror, how, loaded.stale.get(name, ""))
        forwarding = _forwarding(store, replayer, how, name)
        known = config.services.get(service_of(name))
        set_conditions(replayer, known, how, name)
        hosts = frozenset(host.lower() for host in known.hosts) if known else frozenset()
        mounts[name] = Mount(replayer, hosts, forwarding, bandwidth_of(known, how), name)
    check_workers(how, [mount.replayer for mount in mounts.values()])
    return doors_for(mounts, one_port=how.one_port, guard=guard, workers=how.workers), loaded.unreadable


def mirror_server(
    config: Config,
    services: Sequence[str] = (),
    how: Serving | None = None,
    *,
    ports: Mapping[str, int] | None = None,
    host: str = "127.0.0.1",
) -> MirrorServer:
    """Mirrors as servers in a thread: `with mirror_server(config, ["tags"]) as server: server.url("tags")`.

    Free ports are taken where `ports` names none. Raises what `mirror_doors` raises, and the FormatError of a mirror
    that cannot be read; PortError once it is started.
    """
    from truemirror.adapters.http.server import Listen, MirrorServer
    from truemirror.usecases.serve_mode import begin_storing

    doors, unreadable = mirror_doors(config, services, how)
    for error in unreadable.values():
        raise error
    for mount in (mount for door in doors for mount in door.mounts.values()):
        if mount.forwarding is not None:
            begin_storing(mount.forwarding)
    wanted = ports or {}
    return MirrorServer([Listen(one, max(wanted.get(name, 0) for name in one.mounts)) for one in doors], host)


def _replayer(config: Config, mirror: Mirror, how: Serving, stale: str) -> Replayer:
    """A mirror, ready to be asked from several threads."""
    import threading

    from truemirror.usecases.redact import Redactor, policy_of
    from truemirror.usecases.replay import Replayer

    return Replayer(
        mirror,
        redactor=Redactor(policy_of(config.redaction), lock=threading.Lock()),
        mode=how.mode,
        strict=how.strict,
        stale=stale,
        refuse_stale=config.stale == "refuse",
        lock=threading.Lock(),
        judge=request_judge(config, mirror.service, mirror.version),
    )


def request_judge(config: Config, service: str, version: str) -> Callable[[Request], tuple[str, ...]]:
    """Why a service's contract refuses a request; the contract is read when it is first asked."""
    from truemirror.usecases.check import RequestJudge

    return RequestJudge(lambda: conformance(config, service, version))


def _forwarding(store: MirrorStore, replayer: Replayer, how: Serving, name: str) -> Forwarding | None:
    """The live service behind a mirror that is served by this name, where its address is known."""
    import os

    from truemirror.adapters.http.client import HttpUpstream
    from truemirror.usecases.cleaning import CleaningStore
    from truemirror.usecases.serve import Forwarding

    service = replayer.mirror.service
    if name not in how.upstreams:
        return None
    cleaning = CleaningStore(store, replayer.redactor, os.getpid)

    def opens(replace: bool) -> Journal:
        """Begin to store."""
        return cleaning.journal(service, replayer.mirror.version, replace=replace)

    return Forwarding(replayer, HttpUpstream(how.upstreams[name]), opens=opens)


def recording(
    config: Config,
    routes: Sequence[Route],
    *,
    version: str = "",
    scenario: str = "default",
    timeout: float = 60.0,
    largest: int = 64 * 1_048_576,
    ca: Path | None = None,
    certificate: tuple[Path, Path | None] | None = None,
    tls: SSLContext | None = None,
    on_trouble: Callable[[TruemirrorError], None] | None = None,
) -> Recording:
    """Live services being recorded into the mirrors: `with recording(config, [Route("tags", url)]) as running: ...`.

    `version` names the mirrors' version; without it each service's configured one is taken, or else the newest. Clients
    reach the services at `running.standing`, over HTTPS with `tls`; services that ask for a client's `certificate` (and
    key, where that is in another file) are shown it; `running.finish()` folds the mirrors and tells what
    was recorded, and `on_trouble` hears at once what could not be.
    """
    import os
    import threading

    from truemirror.adapters.http.proxy_host import ProxyThread
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.cleaning import CleaningStore
    from truemirror.usecases.record import Recording
    from truemirror.usecases.redact import Redactor, policy_of

    configured = {name: service.contract for name, service in config.services.items()}
    redactor = Redactor(policy_of(config.redaction), lock=threading.Lock())
    return Recording(
        routes,
        CleaningStore(MirrorFiles(config.mirrors), redactor, os.getpid),
        ProxyThread(timeout=timeout, largest=largest, ca=ca, certificate=certificate, tls=tls),
        redactor,
        versions={route.service: version or configured.get(route.service, "") for route in routes},
        scenario=scenario,
        lock=threading.Lock,
        on_trouble=on_trouble,
    )


def neighbours(config: Config, how: Serving | None = None, *, live: Sequence[str] = ()) -> Mapping[str, Neighbour]:
    """Every service that is mirrored or configured, as the clients of this process meet it, by name.

    Those in `live` are asked themselves. What is recorded is on disk once it was answered, and is in the mirror once a
    neighbour is closed. A mirror that cannot be read is told by its neighbour when it is asked.
    """
    import os
    import threading
    from functools import partial

    from truemirror.adapters.inprocess.late_journal import LateJournal
    from truemirror.adapters.inprocess.neighbour import Neighbour
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.mirror_files.store import utc_day
    from truemirror.config import ServiceConfig
    from truemirror.core.mirror.decision import Mode
    from truemirror.core.mirror.model import Mirror
    from truemirror.usecases.cleaning import CleaningStore
    from truemirror.usecases.redact import Redactor, policy_of
    from truemirror.usecases.replay import Replayer
    from truemirror.usecases.serve import Forwarding
    from truemirror.usecases.serve_conditions import set_conditions
    from truemirror.usecases.serve_plan import Loaded, Serving, load_mirrors

    how = how or Serving()
    store = MirrorFiles(config.mirrors)
    recorded = store.services()
    loaded = load_mirrors(store, config, recorded, today=utc_day(), how=Serving()) if recorded else Loaded()
    redactor = Redactor(policy_of(config.redaction), lock=threading.Lock())
    cleaning = CleaningStore(store, redactor, os.getpid)
    found: dict[str, Neighbour] = {}
    for name in dict.fromkeys((*recorded, *config.services)):
        known = config.services.get(name) or ServiceConfig(name)
        mirror = loaded.mirrors.get(name) or Mirror(name)
        replayer = Replayer(
            mirror,
            redactor=redactor,
            mode=Mode.OFF if name in live else how.mode,
            strict=how.strict,
            stale=loaded.stale.get(name, ""),
            refuse_stale=config.stale == "refuse",
            lock=threading.Lock(),
            judge=request_judge(config, name, mirror.version),
        )
        set_conditions(replayer, known, how)
        version = mirror.version if name in recorded else known.contract or None
        journal = LateJournal(
            partial(cleaning.journal, name, version, replace=how.mode is not Mode.RECORD_MISSING), mirror
        )
        found[name] = Neighbour(
            name,
            Forwarding(replayer, journal=journal),
            url=f"http://{known.hosts[0] if known.hosts else f'{name}.mirror'}",
            hosts=known.hosts,
            env=known.env,
            broken=loaded.unreadable.get(name),
        )
    return found


def launcher() -> Launcher:
    """Whoever starts a command in the foreground and hears the signals that ask us to end."""
    from truemirror.adapters.services import ProcessLauncher

    return ProcessLauncher()


def mirror_store(config: Config) -> MirrorStore:
    """The mirrors of a configuration."""
    from truemirror.adapters.mirror_files import MirrorFiles

    return MirrorFiles(config.mirrors)


def contract_in_version(config: Config, service: str, version: str) -> Conformance:
    """One version of a contract, ready to judge. Raises FormatError, StoreError."""
    from truemirror.core.contract.conformance import Conformance
    from truemirror.core.contract.reading import parse_contract
    from truemirror.usecases.check import consumers_of, owner_of

    contract = parse_contract(service, version, contract_store(config).load(service, version))
    return Conformance(contract, owner_of(config, service), consumers_of(config, service))


def contract_store(config: Config) -> ContractStore:
    """The contracts of a configuration."""
    from truemirror.adapters.contract_files import ContractFiles

    return ContractFiles(config.contracts)


def conformance(config: Config, service: str, mirror_version: str = "") -> Conformance | None:
    """The contract that judges a service, ready to judge; None when it has none. Raises FormatError, StoreError."""
    from truemirror.usecases.check import conformance_of

    return conformance_of(config, contract_store(config), service, mirror_version)


def check(
    config: Config,
    services: Sequence[str] = (),
    *,
    only: str = "",
    fresh: Path | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Hold the mirrors and contracts of a configuration against each other; and, with `fresh`, against mirrors that
    were recorded just now. Raises UsageError, StoreError.
    """
    from dataclasses import replace

    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.core.contract.waivers import waived
    from truemirror.usecases.check import check

    mirrors = MirrorFiles(config.mirrors)
    result = check(config, mirrors, contract_store(config), services, only=only, progress=progress)
    if only != "mirrors":
        from truemirror.bootstrap.publish import with_released
        from truemirror.bootstrap.usage import with_unmet

        result = with_released(config, with_unmet(config, result))
    findings = result.findings
    if fresh is not None:
        from truemirror.usecases.drift import drift_findings

        findings += tuple(drift_findings(config, mirrors, MirrorFiles(fresh), services))
    return replace(result, findings=waived(findings, config.waivers, SystemClock().today()))


def mirrored_services(config: Config) -> Sequence[str]:
    """The services that have a mirror."""
    from truemirror.adapters.mirror_files import MirrorFiles

    return MirrorFiles(config.mirrors).services()


def infer(
    config: Config,
    service: str,
    *,
    as_version: str = "",
    mirror_version: str = "",
    overwrite: bool = False,
    examples: bool = False,
    progress: Progress | None = None,
) -> Inferred:
    """Write a contract version from a mirror. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.bootstrap.inference import deserved
    from truemirror.usecases.infer import infer_contract

    return infer_contract(
        MirrorFiles(config.mirrors),
        contract_store(config),
        service,
        as_version=as_version,
        mirror_version=mirror_version,
        overwrite=overwrite,
        examples=examples,
        deserves=deserved,
        progress=progress,
    )


def schema_of_samples(
    path: str, decisions: Mapping[str, str] | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """The schema that all samples of a file conform to; `-` is standard input. Raises FormatError, UsageError.

    `decisions` say by place whether objects are a map (`data`) or have attributes (`names`).
    """
    from truemirror.adapters.sample_lines import samples
    from truemirror.core.contract.infer import infer_schema

    return infer_schema(samples(path, progress), decisions)


def gate(config: Config, watcher: Watcher, *, suites: bool = True) -> Evidence:
    """Run every stage of the gate and judge. Raises UsageError, StoreError."""
    from truemirror import __version__
    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.revision import revision
    from truemirror.adapters.suites import PytestSuites
    from truemirror.bootstrap.load import gate_load
    from truemirror.usecases.gate import Sources, run_gate, suites_of

    store = MirrorFiles(config.mirrors)
    options = [f"--mirrors={config.mirrors}", f"--contracts={config.contracts}"]
    sources = Sources(
        check=lambda: check(config),
        mirrors=lambda: (store.load_all_readable(name)[0] for name in store.services()),
        suites=suites_of(config) if suites else (),
        runner=PytestSuites(config.root, options),
        clock=SystemClock(),
        load=(lambda: gate_load(config)) if config.load.profiles and suites else None,
    )
    known = revision(config.root)
    facts = {"revision": known} if known else {}
    return run_gate(config, sources, watcher, {**facts, "on": SystemClock().today(), "truemirror": __version__})


def reports(evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """Write all reports; gives back their paths. Raises StoreError."""
    from truemirror.adapters.reports import write_reports

    return write_reports(evidence, folder)
