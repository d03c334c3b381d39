"""Secrets in a body that is too large to be held, looked for while it passes.

Such a body is stored as it is or not at all: nothing in it is replaced. It is looked at in windows that overlap, its
content codings taken off for the look, and the first secret that is found ends it.

Rules: at most a window is held. A window of text is read as running text is: named values, tokens by their shape, long
runs of plain chance, and whatever is known; one that has a NUL in it is searched for tokens and known secrets only.
What cannot be looked through (an unknown or broken coding) counts as if something had been found. A finding is told by
its kind, never by itself.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable

from truemirror.core.mirror.redaction_body import may_tell_itself, media_of, worth_reading
from truemirror.core.mirror.redaction_known import KnownSecrets
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, Kind, RedactionPolicy
from truemirror.core.mirror.redaction_shapes import bytes_tell, is_nothing, shape_spots
from truemirror.core.mirror.redaction_spots import Place, Why, secrets_of
from truemirror.core.mirror.redaction_text import Look, named_places, running_places
from truemirror.core.mirror.standin import is_stand_in
from truemirror.core.wire.coding import coding_names
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.unfolding import Unfolding, Unreadable

WINDOW = 256 * 1024
"""Bytes that are looked at together."""
OVERLAP = 32 * 1024
"""Bytes that two windows share, so that nothing is cut in two."""
_MOST = 64 * 1024 * 1024 * 1024
"""Bytes of content beyond which a coded body is not unfolded."""
_FIELD = re.compile(rb'\bname="([^"\r\n]{1,64})"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]+)')
_SECRET = frozenset({Kind.SECRET, Kind.SECRET_TEXT})
_WIDE = ("utf-16", "utf-32")


class Sieve:
    """Looks through one body."""

    def __init__(
        self, headers: Headers, known: tuple[KnownSecrets, ...] = (), policy: RedactionPolicy = DEFAULT_POLICY
    ) -> None:
        """A body under these header fields; `known` is looked for besides what tells itself."""
        self.found = ""
        """What was found; empty while there is nothing."""
        self._known = known
        self._policy = policy
        self._look = Look(policy)
        media = media_of(headers)
        self._is_multipart = media.is_multipart
        self._decoder = (
            getincrementaldecoder(media.charset)("replace") if media.charset.startswith(_WIDE) else None
        )  # fmt: skip
        self._kept = bytearray()
        self._is_json = False
        self._begun = False
        self._unfolded = 0
        self._unfolding: Unfolding | None = None
        if names := coding_names(headers.joined("content-encoding")):
            try:
                self._unfolding = Unfolding(names)
            except Unreadable:
                self.found = "a content coding that is not known"

    def feed(self, piece: bytes) -> None:
        """One more piece of the body, in order."""
        if self.found:
            return
        if self._unfolding is None:
            self._take(piece)
            return
        try:
            for content in self._unfolding.feed(piece):
                self._take(content)
                self._unfolded += len(content)
                if self.found or self._unfolded > _MOST:
                    self.found = self.found or "more than can be unfolded"
                    return
        except Unreadable:
            self._misread(piece)

    def _misread(self, piece: bytes) -> None:
        """A header that lies from the first byte on changes nothing; what breaks later cannot be looked through."""
        if self._unfolded:
            self.found = "a broken content coding"
            return
        self._unfolding = None
        self._take(piece)

    def end(self) -> None:
        """The body is whole."""
        if self._unfolding is not None and not self._unfolding.is_whole:
            self.found = self.found or "a broken content coding"
        if not self.found and self._kept:
            self._look_at(bytes(self._kept))
        self._kept.clear()

    def _take(self, content: bytes) -> None:
        """Content, less its codings."""
        if self._decoder is not None:
            content = self._decoder.decode(content).encode("utf-8", "surrogatepass")
        self._kept += content
        while len(self._kept) >= WINDOW + OVERLAP and not self.found:
            self._look_at(bytes(self._kept[: WINDOW + OVERLAP]))
            del self._kept[:WINDOW]

    def _look_at(self, window: bytes) -> None:
        """One window."""
        if not self._begun:
            self._begun = True
            self._is_json = window[:64].lstrip()[:1] in (b"{", b"[")
        if b"\0" in window:
            self._look_at_bytes(window)
        elif any(known.touches(window) for known in self._known):
            self.found = "a known secret"
        elif not self._is_json or worth_reading(window, self._policy):
            text = window.decode("utf-8", "surrogateescape")
            hides = self._is_json or b"%" in window or b"&" in window or may_tell_itself(window)
            self._tell(running_places(text, self._look) if hides else named_places(text, self._look))
        if self._is_multipart and not self.found:
            self._look_at_fields(window)

    def _look_at_bytes(self, window: bytes) -> None:
        """A window that is no text."""
        if any(known.within(window) for known in self._known):
            self.found = "a known secret"
        elif bytes_tell(window):
            self._tell(tuple(shape_spots(window.decode("utf-8", "surrogateescape"))))

    def _look_at_fields(self, window: bytes) -> None:
        """The fields of a form that begin in a window."""
        for found in _FIELD.finditer(window):
            value = found[2].decode("utf-8", "surrogateescape")
            kind = self._policy.kind(found[1].decode("utf-8", "replace"))
            if kind in _SECRET and not is_nothing(value) and not is_stand_in(value):
                self.found = "a value under a secret's name"

    def _tell(self, places: tuple[Place, ...]) -> None:
        """What the first secret at these places is, if there is one."""
        for secret, why in secrets_of(places):
            if not is_stand_in(secret):
                self.found = "a token" if why is Why.SHAPE else _KINDS.get(why, "what looks like a secret")
                return


def holds_known(pieces: Iterable[bytes], known: KnownSecrets) -> bool:
    """Whether a known secret is in a body that comes in pieces, as it is."""
    kept = b""
    for piece in pieces:
        if known.within(kept + piece):
            return True
        kept = (kept + piece)[-OVERLAP:]
    return False


_KINDS = {Why.NAME: "a value under a secret's name", Why.RANDOM: "a long run of chance"}
