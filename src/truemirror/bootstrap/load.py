"""Wiring of `truemirror load`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.config import Config
    from truemirror.core.gate.verdict import Stage
    from truemirror.core.load.guard import Permission
    from truemirror.core.load.profile import Profile
    from truemirror.core.load.ran import Ran
    from truemirror.ports import Progress
    from truemirror.usecases.load import Parts, Watcher, Wish
    from truemirror.usecases.load_derive import DerivedLoad

FOLDER = "load"
"""Where profiles lie, beside the configuration; and below the folder of reports, where runs leave theirs."""


def derive_load(
    config: Config, services: Sequence[str], name: str, *, rate: float = 10.0, think: float = 0.0, errors: bool = False
) -> DerivedLoad:
    """A profile of the mirrors of some services. Raises UsageError, FormatError, StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.core.load.derive import How
    from truemirror.usecases.load_derive import derive_from_mirrors, means_of

    how = How(name, rate, think, means_of(config, services), errors)
    return derive_from_mirrors(config, MirrorFiles(config.mirrors), services, how)


def keep_load(derived: DerivedLoad, profile: Path | None, locust: Path | None) -> tuple[tuple[Path, bool], ...]:
    """Write the files that were asked for; gives back each with whether it changed. Raises StoreError."""
    from truemirror.disk import write_whole

    wanted = ((profile, derived.text), (locust, derived.locust))
    return tuple((path, write_whole(path, text.encode())) for path, text in wanted if path is not None)


def load_profile(config: Config, asked: str) -> Profile:
    """A profile by its name or path, its secrets still to be filled in. Raises UsageError, ConfigError."""
    from truemirror.adapters.load_files import find_profile, read_profile

    return read_profile(find_profile(config.root / FOLDER, asked))


def run_profile(
    config: Config,
    profile: Profile,
    wish: Wish,
    watcher: Watcher,
    progress: Progress,
    place: AbstractContextManager[Mapping[str, str]] | None = None,
) -> Ran:
    """Run a profile against a target (or what stands at `place`) and judge it. Raises UsageError, CouldNotRun."""
    import os
    from dataclasses import replace

    from truemirror.adapters.load_files import with_secrets
    from truemirror.usecases.load import run_load

    profile = replace(profile, data=with_secrets(profile, os.environ))
    parts = _parts(config, wish)
    if place is not None:
        parts = replace(parts, place=lambda _: place)
    return run_load(profile, wish, parts, watcher, progress)


def gate_load(config: Config) -> Stage:
    """The gate's stage of load: every configured profile, short and at a scaled rate, on mirrors."""
    from truemirror.errors import TruemirrorError
    from truemirror.usecases.load import NobodyWatches, Wish
    from truemirror.usecases.load_gate import load_stage

    wish, nobody = Wish(rate=config.load.rate, seconds=config.load.seconds), NobodyWatches()
    outcomes: list[tuple[str, Ran | TruemirrorError]] = []
    for name in config.load.profiles:
        try:
            ran = run_profile(config, load_profile(config, name), wish, nobody, nobody)
            keep_run(config, ran)
            outcomes.append((name, ran))
        except TruemirrorError as error:
            outcomes.append((name, error))
    return load_stage(config, outcomes)


def keep_run(config: Config, ran: Ran) -> Path:
    """Write a run's page and its line of the history; gives back the page. Raises StoreError, UsageError."""
    from truemirror.adapters.load_files import History
    from truemirror.adapters.reports.load_page import load_page
    from truemirror.core.load.ran import summary
    from truemirror.core.mirror.session import scenario_name
    from truemirror.disk import write_whole

    page = config.report / FOLDER / scenario_name(ran.profile.name) / "index.html"
    write_whole(page, load_page(ran).encode("utf-8", "replace"), "the report cannot be written")
    History(config.report / FOLDER / "history.jsonl").add(summary(ran))
    return page


def _parts(config: Config, wish: Wish) -> Parts:
    """What a run needs."""
    from datetime import UTC, datetime

    from truemirror.adapters.load_files import History
    from truemirror.bootstrap.load_generator import LoadGenerator
    from truemirror.core.load.ran import past_of
    from truemirror.usecases.load import Parts

    history = History(config.report / FOLDER / "history.jsonl")
    return Parts(
        generator=LoadGenerator(config, wish),
        place=lambda profile: _place(config, profile, wish),
        guard=lambda profile, seconds: _guard(config, profile, wish),
        now=lambda: datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        past=lambda profile: past_of(history.lines(), profile.name, wish.where, profile.arrivals.rate),
    )


def _guard(config: Config, profile: Profile, wish: Wish) -> Permission:
    """What a run may do to this target. Raises UsageError."""
    from truemirror.core.load.guard import permitted
    from truemirror.usecases.load_target import check_data, is_address

    check_data(profile, wish.where)
    return permitted(profile, [wish.where] if is_address(wish.where) else [], config.environments)


@contextmanager
def _place(config: Config, profile: Profile, wish: Wish) -> Iterator[Mapping[str, str]]:
    """The target: mirrors in a process of their own, the services themselves, or what stands at an address."""
    from truemirror.usecases.load_target import is_address, services_of

    services = services_of(profile)
    if is_address(wish.where):
        from truemirror.adapters.load_places import check_answered

        check_answered(wish.where)
        yield dict.fromkeys(services, wish.where)
    elif wish.where == "live":
        from truemirror.bootstrap import system

        with system(config) as running:
            yield {name: running.url(name) for name in services}
    else:
        with _mirrors(config, services, wish) as addresses:
            yield addresses


@contextmanager
def _mirrors(config: Config, services: Sequence[str], wish: Wish) -> Iterator[Mapping[str, str]]:
    """Mirrors that answer each request of a conversation in one way. Raises UsageError, FormatError, CouldNotRun."""
    from truemirror.adapters.load_places import mirrors_standing, temporary_folder
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.core.load.steady import steady

    recorded = MirrorFiles(config.mirrors)
    with temporary_folder() as folder:
        for name in services:
            MirrorFiles(folder).save(steady(recorded.load(name, None)))
        with mirrors_standing(folder, services, config.root, latency=wish.latency) as addresses:
            yield addresses
