"""Serve what the mirror's files come to say: somebody pulls, edits or folds, and the server goes on with the new state.

Rules: files are read once they have kept still from one look to the next, and not at all while this server records into
them itself. What cannot be read is told once, and the old state stays in service. `changes` may run beside the server;
`take` belongs to whoever answers requests.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from truemirror.config import Config
from truemirror.core.mirror.index import Index, build_index
from truemirror.core.mirror.model import Mirror
from truemirror.errors import TruemirrorError
from truemirror.ports import MirrorStore
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding
from truemirror.usecases.serve_plan import Serving, load_mirrors


@dataclass(frozen=True, slots=True)
class Watched:
    """One mirror that is served and watched."""

    replayer: Replayer
    forwarding: Forwarding | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether this server itself is writing into the mirror."""
        return self.forwarding is not None and self.forwarding.journal is not None


@dataclass(frozen=True, slots=True)
class Changed:
    """A mirror in its new state, ready to be served."""

    service: str
    mirror: Mirror
    index: Index
    stale: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A mirror that is still served as it was, since its files cannot be read."""

    service: str
    error: TruemirrorError


class Watch:
    """Looks after the files of mirrors that are served."""

    def __init__(
        self,
        config: Config,
        store: MirrorStore,
        look: Callable[[str], Hashable],
        today: Callable[[], str],
        mirrors: Mapping[str, Watched],
        seen: Mapping[str, Hashable],
    ) -> None:
        """`look` gives a value that changes with a service's files; `seen` holds those that are being served."""
        self._config = config
        self._store = store
        self._look = look
        self._today = today
        self._mirrors = mirrors
        self._seen = dict(seen)
        self._moving: dict[str, Hashable] = {}

    def changes(self) -> Iterator[Changed | Unchanged]:
        """What is different since the last look, read and made ready."""
        for service, watched in self._mirrors.items():
            now = self._look(service)
            if now == self._seen.get(service) or watched.is_recorded:
                self._moving.pop(service, None)
            elif self._moving.get(service) != now:
                self._moving[service] = now  # somebody is at work: look once more before reading
            else:
                change = self._read(service, watched)
                if self._look(service) == now:
                    self._seen[service] = now
                    del self._moving[service]
                    if change is not None:
                        yield change

    def take(self, change: Changed) -> bool:
        """Serve the new state; sessions keep standing. False where a recording has begun since it was read."""
        watched = self._mirrors[change.service]
        if watched.is_recorded:
            del self._seen[change.service]  # read again when the recording is over
            return False
        watched.replayer.renew(change.mirror, change.index)
        watched.replayer.stale = change.stale
        return True

    def _read(self, service: str, watched: Watched) -> Changed | Unchanged | None:
        """The mirror as its files have it now; None when that is what is served."""
        try:
            loaded = load_mirrors(self._store, self._config, [service], today=self._today(), how=Serving())
        except TruemirrorError as error:
            return Unchanged(service, error)
        if service in loaded.unreadable:
            return Unchanged(service, loaded.unreadable[service])
        mirror = loaded.mirrors[service]
        if mirror == watched.replayer.mirror:
            return None
        return Changed(service, mirror, build_index(mirror), loaded.stale.get(service, ""))
