"""`truemirror serve`: mirrors as servers.

Rules: each service's address goes to standard output, one line each, once all of them answer; everything else goes to
standard error. It ends cleanly on Ctrl-C and SIGTERM, with a summary of what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.output import emit_json, json_option, load_config, mirrors_option
from truemirror.errors import ExitCode, TruemirrorError, UsageError

if TYPE_CHECKING:
    from truemirror.adapters.certificates import Tls
    from truemirror.adapters.http.server import Door, Mount
    from truemirror.adapters.http.server.binding import Sockets
    from truemirror.config import Config
    from truemirror.usecases.serve import Summary
    from truemirror.usecases.serve_watch import Changed, Unchanged

MODES = ("replay", "record-missing", "record", "refresh", "spy", "off")
_LISTED = 10
_LAST_PORT = 65_535
_MOST_WORKERS = 64


@click.command(options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@mirrors_option
@click.option(
    "--port",
    type=click.IntRange(0, _LAST_PORT),
    default=0,
    metavar="P",
    help="Port of the first service; the next ones follow. A free one each, when left out.",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option("--mode", type=click.Choice(MODES), default="replay", show_default=True, help="How requests are treated.")
@click.option(
    "--upstream", "upstreams", multiple=True, metavar="SERVICE=URL", help="Where a live service is; repeatable."
)
@click.option("--strict", is_flag=True, help="Refuse answers that were recorded behind writes not made here.")
@click.option(
    "--latency",
    default="",
    metavar="SPEC",
    help="How long answers take: none, recorded, fixed:25ms, lognormal:median=20ms,p95=80ms.",
)
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Which delays are drawn.")
@click.option("--bandwidth", default="", metavar="RATE", help="How fast bodies come on each connection, as 64kB/s.")
@click.option(
    "--plan",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Faults, errors and delays for calls of each session, as TOML or JSON.",
)
@click.option("--one-port", is_flag=True, help="All services on one port, told apart by host name or /SERVICE/.")
@click.option("--tls", is_flag=True, help="Answer HTTPS, with a certificate from a CA of this user's own.")
@click.option(
    "--workers",
    type=click.IntRange(1, _MOST_WORKERS),
    default=1,
    show_default=True,
    metavar="N",
    help="So many processes on each port, where no answer depends on what was asked before.",
)
@click.option("--watch", is_flag=True, help="Serve what the mirrors' files come to say while it runs.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write at the end which recordings answered, for truemirror coverage.",
)
@click.option(
    "--control-token",
    default="",
    envvar="TRUEMIRROR_CONTROL_TOKEN",
    metavar="TOKEN",
    help="What the control paths ask for; they are shut without it where --host is no loopback address.",
)
@json_option
def command(
    services: tuple[str, ...],
    mirrors: Path | None,
    port: int,
    host: str,
    mode: str,
    upstreams: tuple[str, ...],
    strict: bool,
    latency: str,
    seed: int,
    bandwidth: str,
    plan: Path | None,
    one_port: bool,
    tls: bool,
    workers: int,
    watch: bool,
    control_token: str,
    report: Path | None,
    as_json: bool,
) -> int:
    """Answer from mirrors, each service on its port: those that are named, or all; SERVICE@VERSION is one version.

    \b
    Examples:
      truemirror serve
      truemirror serve tags@1.0.0 tags@2.0.0 --port 9001
      truemirror serve tags --mode record-missing --upstream tags=http://127.0.0.1:8001
      truemirror serve tags --latency lognormal:median=20ms,p95=80ms --plan faults.toml
    """
    from truemirror.adapters.http.server import Guard, bound
    from truemirror.adapters.plan_files import read_plans
    from truemirror.bootstrap import mirror_doors
    from truemirror.bootstrap.tls import tls as secured_by
    from truemirror.bootstrap.watching import looks
    from truemirror.core.mirror.decision import Mode
    from truemirror.usecases.serve_plan import Serving

    if watch and workers > 1:
        raise UsageError("--watch has one process look at the files", fix="leave --watch or --workers out")
    plans = read_plans(plan) if plan else {}
    how = Serving(Mode(mode), strict, latency, one_port, _pairs(upstreams), seed, bandwidth, plans, workers)
    config = load_config(mirrors=mirrors)
    seen = looks(config) if watch else None
    doors, unreadable = mirror_doors(config, services, how, Guard(host, control_token))
    _tell_unreadable(unreadable)
    mounts = {name: mount for door in doors for name, mount in door.mounts.items()}
    if not mounts:
        return ExitCode.COULD_NOT_RUN
    secured = secured_by(config, host, mounts) if tls else None
    sockets = bound(host, _ports(len(doors), port), workers)
    _begin_storing(mounts.values())  # nothing is held before all else is known to be there
    _settle()
    if workers > 1:
        _serve_by_workers(doors, sockets, host, secured, as_json=as_json)
    else:
        _serve(config, doors, sockets[0], host, secured, seen, as_json=as_json)
    _sum_up(list(mounts.values()), as_json=as_json)
    if report is not None:
        _report(report, mounts)
    return ExitCode.KEPT


def _tell_unreadable(unreadable: Mapping[str, TruemirrorError]) -> None:
    """Say which mirrors are not served, and why."""
    for name, error in unreadable.items():
        click.echo(click.style("error: ", fg="red", bold=True) + f"{name} is not served\n{error}", err=True)


def _begin_storing(mounts: Iterable[Mount]) -> None:
    """Have somewhere to store what modes store. Raises StoreError when another recorder holds a mirror."""
    from truemirror.usecases.serve_mode import begin_storing

    for mount in mounts:
        if mount.forwarding is not None:
            begin_storing(mount.forwarding)


def _report(path: Path, mounts: Mapping[str, Mount]) -> None:
    """Write which recordings answered. Raises StoreError."""
    from truemirror.bootstrap.coverage import report_used

    report_used(path, {name: mount.replayer for name, mount in mounts.items()})


def _ports(doors: int, port: int) -> list[int]:
    """A port for each of so many doors, 0 for any free one. Raises UsageError."""
    if port + doors - 1 > _LAST_PORT:
        raise UsageError(f"there are no {doors} ports from {port} on", fix="name a lower one with --port")
    return [port + number if port else 0 for number in range(doors)]


def _serve(
    config: Config,
    doors: Sequence[Door],
    sockets: Sequence[Sockets],
    host: str,
    tls: Tls | None,
    seen: Mapping[str, Hashable] | None,
    *,
    as_json: bool,
) -> None:
    """Tell where everything answers, and serve until a signal; `seen` is what watched files looked like."""
    import asyncio
    from functools import partial

    from truemirror.adapters.http.server import Listen, keep_renewed, new_loop, serve_until_stopped
    from truemirror.bootstrap.watching import watch as watch_over

    beside = None
    if seen is not None:
        mounts = {name: mount for door in doors for name, mount in door.mounts.items()}
        beside = partial(keep_renewed, watch_over(config, mounts, seen), _tell_change)
    listens = [Listen(door, sockets=group) for door, group in zip(doors, sockets, strict=True)]
    ready = _telling(host, tls, as_json=as_json)
    context = tls.context if tls else None
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve_until_stopped(listens, host, ready, tls=context, beside=beside))


def _serve_by_workers(
    doors: Sequence[Door], sockets: Sequence[Sequence[Sockets]], host: str, tls: Tls | None, *, as_json: bool
) -> None:
    """The same by several processes. Raises CouldNotRun when they keep ending."""
    from truemirror.bootstrap.workers import serve_by_workers

    def died(number: int, of: str) -> None:
        """A worker ended by itself."""
        label = click.style("error: ", fg="red", bold=True)
        click.echo(
            f"{label}worker {number} ended by itself ({of}); what it counted is lost, a new one is begun", err=True
        )

    serve_by_workers(doors, sockets, host, _telling(host, tls, as_json=as_json), died, tls=tls)


def _telling(host: str, tls: Tls | None, *, as_json: bool) -> Callable[[Sequence[tuple[Door, int]]], None]:
    """What tells where all doors answer, once they do."""
    return lambda opened: _tell(opened, host, tls.ca if tls else None, as_json=as_json)


def _settle() -> None:
    """What was loaded stays to the end: the garbage collector need not look at it again and again."""
    import gc

    gc.collect()
    gc.freeze()


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    """`NAME=URL` arguments. Raises UsageError."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, url = text.partition("=")
        if not (name and equals and url):
            raise UsageError(
                f"--upstream {text} is not SERVICE=URL", fix="for example --upstream tags=http://127.0.0.1:8001"
            )
        pairs[name] = url
    return pairs


def _tell_change(change: Changed | Unchanged) -> None:
    """Say what became of a mirror whose files changed."""
    from truemirror.usecases.serve_watch import Changed

    if isinstance(change, Changed):
        mirror = change.mirror
        size = f"{_count(len(mirror), 'recording')}, {_count(len(mirror.scenarios), 'scenario')}"
        click.echo(f"serving {change.service} anew: {size}", err=True)
        return
    red = click.style("error: ", fg="red", bold=True)
    click.echo(f"{red}{change.service} is served as it was\n{change.error}", err=True)


def _tell(opened: Sequence[tuple[Door, int]], host: str, ca: Path | None, *, as_json: bool) -> None:
    """Print where each service answers, and which CA is to be trusted for it."""
    from truemirror.adapters.http.server import url

    rows = []
    for door, port in opened:
        for name, mount in door.mounts.items():
            address = url(host, port, door.scheme) + (f"/{name}" if door.routed else "")
            rows.append((name, address, mount))
    if as_json:
        trust = {"ca": str(ca)} if ca else {}
        serving = {name: _address(address, mount) for name, address, mount in rows}
        emit_json({"serving": serving, **trust}, line=True)
    else:
        for name, address, mount in rows:
            click.echo(f"serving {name}: {address}  {_size(mount)}")
        if ca is not None:
            click.echo(f"to trust it: SSL_CERT_FILE={ca} REQUESTS_CA_BUNDLE={ca}")
    for name, _, mount in rows:
        if mount.replayer.stale:
            click.echo(f"warning: the mirror of {name} is stale: {mount.replayer.stale}", err=True)


def _address(address: str, mount: Mount) -> dict[str, Any]:
    """One service for a script."""
    mirror = mount.replayer.mirror
    return {
        "url": address,
        "version": mirror.version,
        "recordings": len(mirror),
        "scenarios": len(mirror.scenarios),
        "stale": mount.replayer.stale,
    }


def _size(mount: Mount) -> str:
    """How large a mirror is."""
    mirror = mount.replayer.mirror
    return f"{_count(len(mirror), 'recording')}, {_count(len(mirror.scenarios), 'scenario')}"


def _count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _sum_up(mounts: Sequence[Mount], *, as_json: bool) -> None:
    """Say what was asked and how it was answered."""
    from truemirror.usecases.serve import summarise

    summaries = [summarise(mount.replayer, mount.forwarding, mount.service) for mount in mounts]
    if as_json:
        emit_json({"summary": {one.service: one for one in summaries}}, line=True)
        return
    for summary in summaries:
        click.echo(_line(summary), err=True)
        _list_relaxed(summary)
        _list_misses(summary)
        _list_drift(summary)


def _line(summary: Summary) -> str:
    """One mirror, summed up."""
    told = [_count(summary.hits, "hit"), f"{summary.misses:,} {'miss' if summary.misses == 1 else 'misses'}"]
    for number, word in (
        (summary.relaxed, "relaxed"),
        (summary.ahead, "ahead"),
        (summary.away, "from another scenario"),
        (summary.planned, "planned"),
        (summary.forwarded, "forwarded"),
        (summary.stored, "stored"),
    ):
        if number:
            told.append(f"{number:,} {word}")
    told.append(f"{summary.unused:,} of {_count(summary.recordings, 'recording')} unused")
    return f"served {summary.service}: {', '.join(told)}"


def _list_relaxed(summary: Summary) -> None:
    """What was answered only because a part varies or does not count."""
    for part, times in list(summary.relaxations.items())[:_LISTED]:
        click.echo(f"  relaxed: {part}, {_count(times, 'time')}", err=True)
    if len(summary.relaxations) > _LISTED:
        click.echo(f"  and {len(summary.relaxations) - _LISTED:,} other relaxed parts", err=True)


def _list_misses(summary: Summary) -> None:
    """What was asked and not recorded, each once."""
    from truemirror.core.mirror.report import miss_lines

    told = {"\n".join(f"  {line}" for line in miss_lines(miss)): None for miss in summary.missed}
    for text in list(told)[:_LISTED]:
        click.echo(text, err=True)
    if len(told) > _LISTED:
        click.echo(f"  and {len(told) - _LISTED:,} other misses", err=True)


def _list_drift(summary: Summary) -> None:
    """Where the live service differed from its recording."""
    for one in summary.drifted[:_LISTED]:
        click.echo(f"  the live answer to {one.request} differs:", err=True)
        for difference in one.differences:
            click.echo(f"    {difference.part}: recorded {difference.recorded}, got {difference.got}", err=True)
    if len(summary.drifted) > _LISTED:
        click.echo(f"  and {len(summary.drifted) - _LISTED:,} other differences", err=True)
