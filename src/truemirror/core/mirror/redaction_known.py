"""Secrets that are known, found wherever their characters occur.

To look for thousands of secrets at once, each is filed under the eight (or, when short, four) bytes at every offset
near its end; a text is cut into aligned pieces of that size. Whatever the offset at which a secret occurs, one piece of
the text lies within it and leads to it. So the price of looking depends on the text and not on how much is known.

Rules: only secrets that can be told by themselves are looked for (not words, not short numbers). They are looked for as
they are, behind percent-escapes, JSON escapes and entities, and inside base64, where a token may stand in another.
"""

import base64
import binascii
import html
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote_to_bytes

from truemirror.core.mirror.redaction_shapes import LEAST_RUN, encoded_like, is_unique, runs_of, unpadded
from truemirror.core.mirror.redaction_spots import Escapes, View, json_view, view_of

_LONG = 8
_SHORT = 4
_BASE64 = re.compile(rf"[A-Za-z0-9+/_-]{{{LEAST_RUN},}}={{0,2}}")
_JSON_ESCAPE = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+|\\[^u]", re.DOTALL)
_DEEPEST = 3
_REMEMBERED = 64
_REMEMBERED_LENGTH = 65_536
_LAYERS = (Escapes.JSON, Escapes.JSON, Escapes.PERCENT, Escapes.PERCENT, Escapes.ENTITIES)


class KnownSecrets:
    """What is known to be secret, and what stands for it; grows as a recording goes on."""

    __slots__ = ("_clean", "_long", "_short", "_stands")

    def __init__(self, stands: Mapping[str, str] | None = None) -> None:
        """Begin with secrets and their stand-ins."""
        self._stands: dict[str, str] = {}
        self._long: dict[int, tuple[str, ...]] = {}
        self._short: dict[int, tuple[str, ...]] = {}
        self._clean: dict[bytes, int] = {}
        for secret, stand in (stands or {}).items():
            self.add(secret, stand)

    def __len__(self) -> int:
        """How many secrets are known."""
        return len(self._stands)

    def get(self, secret: str) -> str | None:
        """What stands for a secret, None when it is not known."""
        return self._stands.get(secret)

    def add(self, secret: str, stand: str) -> None:
        """Know one more."""
        if secret in self._stands:
            return
        self._stands[secret] = stand
        if not is_unique(secret):
            return
        blob = _bytes(secret)
        size, pieces = (_LONG, self._long) if len(blob) >= 2 * _LONG - 1 else (_SHORT, self._short)
        tail = blob[-(2 * size - 1) :]
        for offset in range(size):
            piece = int.from_bytes(tail[offset : offset + size], sys.byteorder)
            others = pieces.get(piece, ())
            if secret not in others:
                pieces[piece] = (*others, secret)

    def within(self, blob: bytes) -> list[str]:
        """The secrets that occur in bytes as they are, the longest first."""
        found: set[str] = set()
        if self._long:
            found.update(_led_to(blob, _LONG, "Q", self._long))
        if self._short:
            found.update(_led_to(blob, _SHORT, "I", self._short))
        return sorted((one for one in found if _bytes(one) in blob), key=lambda one: (-len(one), one)) if found else []

    def touches(self, blob: bytes) -> bool:
        """Whether a secret is in bytes, in whatever encoding."""
        if not blob or not (self._long or self._short) or self._clean.get(blob) == len(self._stands):
            return False
        if self.found(blob):
            return True
        if len(self._clean) >= _REMEMBERED:
            self._clean.clear()
        if len(blob) <= _REMEMBERED_LENGTH:
            self._clean[blob] = len(self._stands)
        return False

    def found(self, blob: bytes) -> list[str]:
        """The secrets that are in bytes, in the first encoding in which there are any."""
        for layer in undone(blob):
            if found := self.within(layer):
                return found
            runs = [run for run in runs_of(layer) if _is_mixed(run)]
            if runs and (found := self.within(b"\0".join(map(_decodings, runs)))):
                return found
        return []

    def replaced(self, text: str, depth: int = 0) -> str:
        """The text with every known secret replaced by its stand-in, in whatever encoding it is there."""
        text = self._replaced_plain(text)
        for layers in range(1, len(_LAYERS) + 1):
            view = _view(text, _LAYERS[:layers])
            if view is not None:
                text = self._replaced_behind(text, view)
        return _BASE64.sub(lambda run: self._replaced_in(run[0], depth), text) if depth <= _DEEPEST else text

    def _replaced_plain(self, text: str) -> str:
        """Secrets that are there as they are."""
        for secret in self.within(_bytes(text)):
            if "\\" in (secret[0], secret[-1]):
                text = self._stands[secret].join(_whole(secret).split(text))
            else:
                text = text.replace(secret, self._stands[secret])
        return text

    def _replaced_behind(self, text: str, view: View) -> str:
        """Secrets that a view of the text shows, as they are or in base64; nothing else of the text changes."""
        edits: list[tuple[int, int, str]] = []
        for secret in self.within(_bytes(view.text)):
            pattern = re.escape(secret)
            edits.extend(
                (found.start(), found.end(), self._stands[secret]) for found in re.finditer(pattern, view.text)
            )
        for run in _BASE64.finditer(view.text):
            new = self._replaced_in(run[0], _DEEPEST)
            if new != run[0]:
                edits.append((run.start(), run.end(), new))
        pieces: list[str] = []
        done = 0
        for start, end, new in sorted(edits):
            if view.starts[start] >= done:
                pieces += (text[done : view.starts[start]], new)
                done = view.starts[end]
        return "".join((*pieces, text[done:])) if edits else text

    def _replaced_in(self, run: str, depth: int) -> str:
        """A run of base64 with the secrets replaced that are in what it says, wherever in the run it begins."""
        if not _is_mixed(run.encode()):
            return run
        for cut in range(4):
            part = _whole_groups(run[cut:])
            said = _decoded(part)
            if said and self.touches(said):
                plain = said.decode("utf-8", "surrogateescape")
                new = encoded_like(part, self.replaced(plain, depth + 1))
                return run[:cut] + new + run[cut + len(part) :]
        return run


def _led_to(blob: bytes, size: int, code: Literal["Q", "I"], pieces: Mapping[int, tuple[str, ...]]) -> Iterator[str]:
    """The secrets that aligned pieces of bytes lead to."""
    cut = memoryview(blob)[: len(blob) // size * size]
    words = cut.cast("Q") if code == "Q" else cut.cast("I")
    if not pieces.keys().isdisjoint(words):
        for piece in words:
            yield from pieces.get(piece, ())


def _whole(secret: str) -> re.Pattern[str]:
    """A secret that begins or ends with a backslash, where no other is beside it: half an escape may not stay."""
    return re.compile(rf"(?<!\\){re.escape(secret)}(?!\\)")


def _bytes(text: str) -> bytes:
    """The bytes that secrets and texts are compared by."""
    return text.encode("utf-8", "surrogatepass")


def _is_mixed(run: bytes) -> bool:
    """Whether a run could be base64 of a text, which always mixes the cases."""
    return not run.islower() and not run.isupper()


def _whole_groups(run: str) -> str:
    """As much of a run as base64 can be: never one character more than whole groups of four."""
    return run[:-1] if len(run.rstrip("=")) % 4 == 1 else run


def _decoded(run: str) -> bytes:
    """The bytes that a run of base64 says; none when it is no base64."""
    try:
        return base64.b64decode(unpadded(run), validate=True)
    except (binascii.Error, ValueError):
        return b""


@lru_cache(maxsize=8_192)
def _decodings(run: bytes) -> bytes:
    """What a run says, read from each of its first four characters on; what base64 in it says, too."""
    said = [_decoded(_whole_groups(run[cut:].decode("ascii"))) for cut in range(4)]
    inner = [_decodings(one) for each in said for one in runs_of(each) if len(one) < len(run) and _is_mixed(one)]
    return b"\0".join((*said, *inner))


def undone(blob: bytes) -> Iterator[bytes]:
    """Bytes as they are, and with one layer of escapes after the other undone."""
    yield blob
    for layer in _LAYERS:
        if layer is Escapes.JSON and b"\\" in blob:
            blob = _JSON_ESCAPE.sub(lambda found: _bytes(json_view(found[0].decode("latin-1")).text), blob)
        elif layer is Escapes.PERCENT and b"%" in blob:
            blob = unquote_to_bytes(blob)
        elif layer is Escapes.ENTITIES and b"&" in blob and b";" in blob:
            blob = html.unescape(blob.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")
        else:
            continue
        yield blob


def _view(text: str, layers: tuple[Escapes, ...]) -> View | None:
    """The text with layers of escapes undone, leading back to the text; None when the last is not there."""
    below: View | None = None
    for layer in layers:
        view = view_of(below.text if below else text, layer)
        if view is None and layer is layers[-1]:
            return None
        if view is not None:
            below = view if below is None else View(view.text, [below.starts[place] for place in view.starts])
    return below
