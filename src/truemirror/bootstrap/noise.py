"""Wiring of `truemirror noise` and of the second half of `truemirror record --twice`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.config import Config
    from truemirror.core.mirror.noise_pairs import Twice
    from truemirror.ports import Progress
    from truemirror.usecases.noise import LearnedNoise


def learn_noise(
    config: Config,
    service: str,
    url: str,
    *,
    version: str = "",
    headers: Sequence[tuple[str, str]] = (),
    timeout: float = 60.0,
    ca: Path | None = None,
    dry_run: bool = False,
    progress: Progress,
) -> LearnedNoise:
    """Ask a live service its mirror's harmless requests twice, and keep what varies as rules, unless it is a `dry_run`.

    `headers` take the place of recorded ones that hold stand-ins; their values are redacted like secrets. Raises
    UsageError, UpstreamError, FormatError, StoreError.
    """
    import asyncio

    from truemirror.adapters.clock import SystemClock
    from truemirror.adapters.http.client import HttpUpstream
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.core.mirror.redaction_names import RedactionPolicy
    from truemirror.core.wire.headers import Headers
    from truemirror.usecases.noise import Asker, keep_noise
    from truemirror.usecases.redact import Redactor

    store = MirrorFiles(config.mirrors)
    mirror = store.load(service, version or None)
    known = config.services.get(service)
    names = (*config.redaction.names, *(name for name, _ in headers))
    policy = RedactionPolicy.of(names, config.redaction.keep)

    async def ask() -> LearnedNoise:
        """All of it."""
        upstream = HttpUpstream(url, timeout=timeout, ca=ca)
        asker = Asker(upstream, lambda: Redactor(policy), SystemClock(), asyncio.sleep, progress)
        try:
            return await asker.learn(mirror, known.reads if known else (), Headers.of(headers))
        finally:
            await upstream.close()

    learned = asyncio.run(ask())
    if not dry_run:
        keep_noise(store, service, mirror.version, learned.found)
    return learned


@contextmanager
def second_place(config: Config, versions: Mapping[str, str]) -> Iterator[Config]:
    """The configuration with another, empty place for mirrors, which is gone afterwards; the mirrors' rules hold there.

    `versions` are those of the first recording, by service.
    """
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.noise import begin_again

    with TemporaryDirectory(prefix="truemirror-twice-") as folder:
        begin_again(MirrorFiles(config.mirrors), MirrorFiles(folder), versions)
        yield replace(config, mirrors=Path(folder))


def noise_of_two(config: Config, second: Config, versions: Mapping[str, str]) -> Mapping[str, Twice]:
    """What two recordings show, by service; rules go into the first one's mirrors. Raises FormatError, StoreError."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.usecases.noise import compare_recordings

    reads = {name: service.reads for name, service in config.services.items()}
    return compare_recordings(MirrorFiles(config.mirrors), MirrorFiles(second.mirrors), versions, reads)
