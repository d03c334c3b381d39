"""Wires the watch over mirror files that `serve --watch` keeps.

Rules: what the files look like is noted before they are read for the first time, so that nothing is overlooked.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.adapters.http.server import Mount
    from truemirror.config import Config
    from truemirror.usecases.serve_watch import Watch


def looks(config: Config) -> Mapping[str, Hashable]:
    """What the files of all mirrors look like."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.mirror_files.looking import look

    return {name: look(config.mirrors, name) for name in MirrorFiles(config.mirrors).services()}


def watch(config: Config, mounts: Mapping[str, Mount], seen: Mapping[str, Hashable]) -> Watch:
    """A watch over the files of these mirrors; `seen` is what they looked like before they were loaded."""
    from truemirror.adapters.mirror_files import MirrorFiles
    from truemirror.adapters.mirror_files.looking import NOTHING, look
    from truemirror.adapters.mirror_files.store import utc_day
    from truemirror.core.mirror.naming import service_of
    from truemirror.usecases.serve_watch import Watch, Watched

    def looked(name: str) -> Hashable:
        """What the files of a mirror's service look like."""
        return look(config.mirrors, service_of(name))

    watched = {name: Watched(mount.replayer, mount.forwarding) for name, mount in mounts.items()}
    before = {name: seen.get(service_of(name), NOTHING) for name in mounts}
    return Watch(config, MirrorFiles(config.mirrors), looked, utc_day, watched, before)
