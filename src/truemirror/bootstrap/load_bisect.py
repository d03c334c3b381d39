"""Wiring of what tells who spends the time: `truemirror load bisect`, and the budget tree of a live run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.config import Config
    from truemirror.core.load.budget import Spent
    from truemirror.core.load.profile import Profile
    from truemirror.core.route import Route
    from truemirror.core.system import Answered
    from truemirror.ports import Progress
    from truemirror.usecases.load import Watcher, Wish
    from truemirror.usecases.load_bisect import BisectedLoad, Swapped
    from truemirror.usecases.load_budget import HopStore
    from truemirror.usecases.record import Recording


def bisect_profile(config: Config, profile: Profile, wish: Wish, watcher: Watcher, progress: Progress) -> BisectedLoad:
    """Run a profile live, and again without each service behind it. Raises UsageError, CouldNotRun."""
    from truemirror.bootstrap.load import run_profile
    from truemirror.usecases.load_bisect import bisect, candidates

    services = candidates(config, profile)

    def run(swapped: str) -> Swapped:
        """One run."""
        misses: dict[str, int] = {}
        place = _standing(config, profile, swapped, misses)
        return run_profile(config, profile, wish, watcher, progress, place), misses.get(swapped, 0)

    return bisect(profile, services, run, progress)


@contextmanager
def _standing(config: Config, profile: Profile, swapped: str, misses: dict[str, int]) -> Iterator[Mapping[str, str]]:
    """The services, one of them as its mirror. Raises UsageError, ServiceError, CouldNotRun."""
    import sys

    from truemirror.adapters.services import ProcessLauncher
    from truemirror.usecases.load_target import services_of
    from truemirror.usecases.up import System

    host = _MirrorProcess(config, misses)
    live = [name for name, one in config.services.items() if one.start and name != swapped]
    mirrors = [swapped] if swapped else []
    system = System(config, ProcessLauncher(), host, services=live, mirrors=mirrors, python=sys.executable)
    with system as running:
        yield {name: running.url(name) for name in services_of(profile)}


class _MirrorProcess:
    """A mirror in a process of its own, as fast as was recorded; meets `truemirror.ports.MirrorHost`."""

    def __init__(self, config: Config, misses: dict[str, int]) -> None:
        """Nothing stands yet; `misses` is told when it ends."""
        self._config = config
        self._misses = misses
        self._stack = ExitStack()

    def serve(self, ports: Mapping[str, int]) -> None:
        """Answer for each service at its port. Raises UsageError, FormatError, StoreError, CouldNotRun."""
        from truemirror.adapters.load_places import mirrors_standing, temporary_folder
        from truemirror.adapters.mirror_files import MirrorFiles
        from truemirror.core.load.steady import for_anybody, steady

        folder = self._stack.enter_context(temporary_folder())
        recorded = MirrorFiles(self._config.mirrors)
        for name, port in ports.items():
            MirrorFiles(folder).save(for_anybody(steady(recorded.load(name, None))))
            standing = mirrors_standing(
                folder, [name], self._config.root, latency="recorded", port=port, misses=self._misses
            )
            self._stack.enter_context(standing)

    def answered(self) -> Sequence[Answered]:
        """It tells at its end."""
        return ()

    def stop(self) -> None:
        """Answer no longer."""
        self._stack.close()


def trace_budget(config: Config, profile: Profile) -> tuple[Spent, ...]:
    """Send some traced flows through all services and say who spends their time. Raises UsageError, CouldNotRun."""
    import os
    import sys
    from dataclasses import replace
    from functools import partial

    from truemirror.adapters.load_files import with_secrets
    from truemirror.adapters.load_runs import LoadRuns
    from truemirror.adapters.services import ProcessLauncher
    from truemirror.core.load.document import Run
    from truemirror.core.load.traced import traced
    from truemirror.usecases.load_budget import FLOWS, RATE, HopStore, spent
    from truemirror.usecases.load_target import services_of
    from truemirror.usecases.up import System

    store = HopStore()
    made = traced(replace(profile, data=with_secrets(profile, os.environ)), RATE, FLOWS)
    live = [name for name, one in config.services.items() if one.start]
    host = _MirrorProcess(config, {})
    watched = partial(_watched, store)
    system = System(config, ProcessLauncher(), host, services=live, python=sys.executable, record=watched)
    with system as running:
        addresses = {name: running.url(name) for name in services_of(profile)}
        LoadRuns().make(Run(made, addresses, FLOWS / RATE, failing_share=0.0))
    return spent(config, profile, store.hops)


def _watched(store: HopStore, routes: Sequence[Route]) -> Recording:
    """A recording that keeps nothing but who was asked when, and for how long."""
    from typing import cast

    from truemirror.adapters.http.proxy_host import ProxyThread
    from truemirror.ports import MirrorStore
    from truemirror.usecases.record import Recording
    from truemirror.usecases.redact import Redactor

    return Recording(routes, cast(MirrorStore, store), ProxyThread(), Redactor())
