"""`truemirror record`: stand in front of running services and keep all that passes in their mirrors.

Rules: where the proxies listen and what was recorded goes to standard output, everything else to standard error. What
was recorded stays, however this ends.
"""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truemirror.cli.after_dashes import WithCommand, command_of
from truemirror.cli.output import console, emit_json, json_option, load_config, mirrors_option, progress
from truemirror.cli.record_twice import no_command, second_run
from truemirror.errors import Broken, CouldNotRun, ExitCode, TruemirrorError, UsageError

if TYPE_CHECKING:
    from ssl import SSLContext

    from truemirror.config import Config
    from truemirror.core.route import Route, Standing
    from truemirror.ports import Launcher
    from truemirror.usecases.record import Recorded, Recording

_TICK = 0.2
"""Seconds between two looks at how far the recording has come."""
_FORMS = "truemirror record SERVICE --upstream URL, or truemirror record SERVICE=URL SERVICE=URL ..."


@click.command(cls=WithCommand, options_metavar="[OPTIONS]")
@click.argument("services", nargs=-1, required=True, metavar="SERVICE[=URL]... [-- CMD...]")
@click.option("--upstream", metavar="URL", help="Where SERVICE runs; a base path may follow the host.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    metavar="P",
    help="Where to listen instead of a free port; further services take the ports after it.",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="The address to listen at.")
@click.option("--scenario", default="default", metavar="NAME", help="Where exchanges go that no session is named for.")
@click.option("--mirror-version", default="", metavar="V", help="The contract version of the mirror; the newest else.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.001),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds of a service's silence that are recorded as a timeout.",
)
@click.option(
    "--largest",
    type=click.IntRange(1),
    default=2048,
    show_default=True,
    metavar="MIB",
    help="Exchanges with a larger body pass unrecorded.",
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates to trust besides the system's, for services behind TLS.",
)
@click.option(
    "--client-cert",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificate to show to services that ask for one.",
)
@click.option(
    "--client-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Its key, where that is in another file.",
)
@click.option("--tls", is_flag=True, help="Answer HTTPS, with a certificate from a CA of this user's own.")
@click.option("--twice", is_flag=True, help="Run CMD twice; what varies by itself becomes rules of the mirror.")
@mirrors_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    services: tuple[str, ...],
    upstream: str | None,
    port: int,
    host: str,
    scenario: str,
    mirror_version: str,
    timeout: float,
    largest: int,
    ca: Path | None,
    client_cert: Path | None,
    client_key: Path | None,
    tls: bool,
    twice: bool,
    mirrors: Path | None,
    as_json: bool,
) -> int:
    """Record running services into their mirrors.

    Each service gets a proxy that passes everything on, answers and failures alike, and keeps it, secrets replaced.
    CMD is told the proxies' addresses by the environment variables of the configuration, or by SERVICE_URL; when it
    ends, the recording ends. Without CMD it ends with Ctrl-C. The header X-Truemirror-Session, or W3C baggage, names
    the scenario that a request belongs to. With --twice, CMD runs a second time, which is only compared.

    \b
    Examples:
      truemirror record tags --upstream http://127.0.0.1:8001
      truemirror record tags --upstream http://127.0.0.1:8001 -- pytest tests/flows
      truemirror record tags=http://127.0.0.1:8001 auth=http://127.0.0.1:8002 -- python drive.py
    """
    config = load_config(mirrors=mirrors)
    routes = _routes(services, upstream, host, port)
    arguments = command_of(ctx)
    if twice and not arguments:
        raise no_command(routes)
    how: dict[str, Any] = {
        "version": mirror_version,
        "scenario": scenario,
        "timeout": timeout,
        "largest": largest * 1_048_576,
        "ca": ca,
        "certificate": _shown(client_cert, client_key),
        "tls": _secured(config, host, routes) if tls else None,
    }
    first = _record(config, routes, arguments, how, as_json=as_json)
    if twice:
        with second_run(config, first.versions) as (second, learn):
            _record(second, routes, arguments, how, as_json=as_json, again=True)
            learn(routes, as_json=as_json)
    return ExitCode.KEPT


def _shown(certificate: Path | None, key: Path | None) -> tuple[Path, Path | None] | None:
    """What is shown to services that ask for a certificate. Raises UsageError for a key alone."""
    if certificate is None and key is not None:
        raise UsageError("a key alone shows nothing", where=str(key), fix="name its certificate with --client-cert")
    return (certificate, key) if certificate else None


def _record(
    config: Config,
    routes: Sequence[Route],
    arguments: Sequence[str],
    how: Mapping[str, Any],
    *,
    as_json: bool,
    again: bool = False,
) -> Recording:
    """One recording, from its first proxy to its sum; silent about itself the second time. Raises CouldNotRun."""
    from truemirror.bootstrap import launcher, recording
    from truemirror.cli.signals import on_ending_signals

    running = recording(config, routes, **how, on_trouble=_warn_of)
    starter = launcher()
    with on_ending_signals(starter.interrupt), running:
        if not again:
            _tell(running, config, as_json=as_json)
        try:
            _follow(running, starter, _environment(running.standing, config), arguments)
        finally:
            starter.stop()
            recorded = running.finish()
            if not again:
                sum_up(recorded, config, as_json=as_json)
    if running.trouble:
        raise CouldNotRun(f"{_many(len(running.trouble), 'exchange')} could not be recorded, as told above")
    return running


def _secured(config: Config, host: str, routes: Sequence[Route]) -> SSLContext:
    """HTTPS for the proxies; which CA to trust goes to standard error."""
    from truemirror.bootstrap.tls import tls

    made = tls(config, host, [route.service for route in routes])
    click.echo(f"to trust it: SSL_CERT_FILE={made.ca} REQUESTS_CA_BUNDLE={made.ca}", err=True)
    return made.context


def _routes(services: Sequence[str], upstream: str | None, host: str, port: int) -> list[Route]:
    """What is recorded, where. Raises UsageError."""
    from truemirror.core.route import Route

    routes: list[Route] = []
    for number, given in enumerate(services):
        service, equals, url = given.partition("=")
        if equals and upstream is not None:
            raise UsageError("--upstream and SERVICE=URL cannot be mixed", where=given, fix=_FORMS)
        if not equals and (upstream is None or len(services) > 1):
            raise UsageError(f"where {service} runs is not said", where=given, fix=_FORMS)
        if any(route.service == service for route in routes):
            raise UsageError(f"{service} is named twice", where=given, fix="name each service once")
        routes.append(Route(service, url if equals else upstream or "", host, port + number if port else 0))
    return routes


def _warn_of(error: TruemirrorError) -> None:
    """Say at once what could not be recorded: its client was told the same."""
    click.echo(f"warning: not recorded: {error}", err=True)


def _tell(running: Recording, config: Config, *, as_json: bool) -> None:
    """Say where each service is reached now."""
    for one in running.standing:
        if one.unreachable:
            url = one.route.upstream
            click.echo(f"warning: {one.route.service} is not at {url} yet ({one.unreachable}); going on", err=True)
    if as_json:
        told = {one.route.service: {"url": one.url, "upstream": one.route.upstream} for one in running.standing}
        emit_json({"recording": told}, line=True)
        return
    out = console()
    for one in running.standing:
        service = one.route.service
        into = _place(config, service, running.versions[service])
        out.print(f"recording {service}: {one.url} -> {one.route.upstream}  into {into}", markup=False, soft_wrap=True)


def _place(config: Config, service: str, version: str) -> str:
    """A mirror's folder, as short as it can be said."""
    folder = config.mirrors / service / version
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)


def _follow(running: Recording, starter: Launcher, environment: Mapping[str, str], arguments: Sequence[str]) -> None:
    """Stay until the command, or somebody, ends the recording. Raises Broken when the command fails."""
    from truemirror.core.system import Ended, Interrupted, ending
    from truemirror.usecases.record import follow

    if arguments:
        event = follow(starter, arguments, environment)
    else:
        click.echo("Ctrl-C ends the recording", err=True)
        with _watched(running):
            event = follow(starter, (), {})
    match event:
        case Ended(_, status) if status:
            raise Broken(
                f"the command {ending(status)}", where=_short(shlex.join(arguments)), fix="what it did is recorded"
            )
        case Interrupted() if arguments:
            raise KeyboardInterrupt


def _short(command: str) -> str:
    """A command, cut to what a line can hold."""
    line = " ".join(command.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _environment(standing: Sequence[Standing], config: Config) -> Mapping[str, str]:
    """What tells the command where the services are."""
    told: dict[str, str] = {}
    for one in standing:
        known = config.services.get(one.route.service)
        told[(known.env if known else "") or _variable(one.route.service)] = one.url
    return told


def _variable(service: str) -> str:
    """The variable of a service that the configuration does not know: `public-api` is told by PUBLIC_API_URL."""
    return re.sub(r"\W", "_", service).upper() + "_URL"


@contextmanager
def _watched(running: Recording) -> Iterator[None]:
    """Show on a terminal how many exchanges there are."""
    over = threading.Event()

    def watch() -> None:
        """Look now and then."""
        seen = 0
        while not over.wait(_TICK):
            count = running.exchanges
            shown.advance(count - seen, _many(count, "exchange"))
            seen = count

    with progress() as shown:
        shown.stage("recording")
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            shown.done()


def sum_up(recorded: Sequence[Recorded], config: Config, *, as_json: bool) -> None:
    """Say what was recorded, and how many links through it are not kept yet."""
    if as_json:
        told = {one.service: {**asdict(one), "links": _links(config, one)} for one in recorded}
        emit_json({"recorded": told}, line=True)
        return
    out = console()
    for one in recorded:
        place = _place(config, one.service, one.version)
        out.print(f"recorded {one.service}: {_counts(one)}  into {place}", markup=False, soft_wrap=True)
        for reason, count in one.lost.items():
            click.echo(f"warning: {one.service}: {_many(count, 'request')} not recorded: {reason}", err=True)
        if links := _links(config, one):
            out.print(f"{_many(links, 'link')} found: {_keeping(config, one)}", markup=False, soft_wrap=True)


def _links(config: Config, one: Recorded) -> int:
    """How many links through a mirror are not kept yet; 0 where nothing was recorded, or it cannot be read."""
    from truemirror.bootstrap.flow import flow

    if not one.exchanges:
        return 0
    try:
        return sum(not link.kept for link in flow(config, one.service, version=one.version).links)
    except TruemirrorError:
        return 0  # what is wrong with its files is told by what reads them; this is only a hint


def _keeping(config: Config, one: Recorded) -> str:
    """The command that keeps the links of a mirror."""
    from truemirror.bootstrap.flow import is_newest

    version = [] if is_newest(config, one.service, one.version) else ["--from", one.version]
    return shlex.join(["truemirror", "flow", one.service, *version, "--write"])


def _counts(one: Recorded) -> str:
    """What there is of what."""
    names = ", ".join(one.scenarios)
    parts = [_many(one.exchanges, "exchange")]
    if one.scenarios:
        parts[0] += f" in {_many(len(one.scenarios), 'scenario')}" + (f" ({names})" if len(names) <= 80 else "")
    if one.redacted:
        parts.append(f"secrets replaced in {one.redacted}")
    if one.faults:
        kinds = ", ".join(f"{kind} {count}" for kind, count in one.faults.items())
        parts.append(f"faults: {kinds}")
    return ", ".join(parts)


def _many(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
