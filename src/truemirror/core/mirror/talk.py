"""A recorded WebSocket, walked again with a client that says the same.

    opening ──▶ what the server said first      heard ──▶ what it said after that word of the client, or what differs

Rules: what a client says is compared with its next recorded word as a request's body is: JSON in canonical form,
secrets by their stand-ins, and the mirror's rules for `body` of the operation relax it. Pings and pongs are no words. A
client may leave whenever it likes. Nothing here has a state: a place in the conversation goes in, the next one comes
out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from truemirror.core.mirror.difference import ABSENT, Difference, differences_of, short
from truemirror.core.mirror.inner import said_in
from truemirror.core.mirror.model import MirrorRules
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import Parts, parts_of
from truemirror.core.mirror.relax import levels_of, relax, rules_for
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.frame import SAID, Frame, FrameKind, Side


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that the server says."""

    frame: Frame
    wait_ms: float
    """Milliseconds between what was recorded before it and itself."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What comes of a client's word."""

    sayings: tuple[Saying, ...] = ()
    place: int = 0
    """The number of the client's next word among all frames; beyond the last where it has none."""
    relaxed: tuple[str, ...] = ()
    """The parts that were relaxed."""
    differences: tuple[Difference, ...] = ()
    """Why it is not what was recorded; empty when it is."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A recorded conversation."""

    request: Request
    """The request that opened it, as recorded."""
    frames: tuple[Frame, ...]
    rules: MirrorRules = MirrorRules()

    @property
    def operation(self) -> str:
        """The operation that it belongs to."""
        return operation_of(self.request.does, self.request.path)

    def opening(self) -> Heard:
        """What the server says before the client says anything."""
        return self._from(0)

    def after(self, place: int) -> Heard:
        """What the server says after the client's word at this place."""
        return self._from(place + 1)

    def word(self, payload: bytes, *, text: bool) -> Request:
        """What a client says, as the request that it is compared as."""
        return said_in(self.request.target, payload, text=text)

    def heard(self, place: int, kind: FrameKind, said: Request) -> Heard:
        """What the server says after the client's next word; `said` is that word without secrets."""
        if place >= len(self.frames):
            got = short(said.body.decode("utf-8", "replace"))
            return Heard(place=place, differences=(Difference("frame", f"{ABSENT}, the conversation ends", got),))
        recorded = self.frames[place]
        if recorded.kind is FrameKind.CLOSE:
            return Heard(place=place, differences=(Difference("frame", "a close", kind.value),))
        old = parts_of(self.word(recorded.payload, text=recorded.kind is FrameKind.TEXT))
        new = parts_of(said)
        if recorded.kind is kind and old.digest() == new.digest():
            return self._from(place + 1)
        relaxed = self._relaxed(old, new)
        if relaxed is not None:
            return self._from(place + 1, relaxed)
        differences = tuple(differences_of(old, new)) or (Difference("frame", recorded.kind.value, kind.value),)
        return Heard(place=place, differences=differences)

    def _relaxed(self, old: Parts, new: Parts) -> tuple[str, ...] | None:
        """The parts to relax so that both are the same; None where no rule of the mirror makes them so."""
        for level in levels_of(self.rules):
            rules = rules_for(self.operation, level)
            if rules and relax(old, rules).digest() == relax(new, rules).digest():
                differing = {one.part for one in differences_of(old, new)}
                return tuple(sorted(differing)) or ("body",)
        return None

    def _from(self, begin: int, relaxed: tuple[str, ...] = ()) -> Heard:
        """What the server says from here until the client's next word."""
        end = begin
        while end < len(self.frames) and not _is_word(self.frames[end]):
            end += 1
        return Heard(tuple(self._sayings(range(begin, end))), end, relaxed)

    def _sayings(self, places: Sequence[int]) -> Iterator[Saying]:
        """What the server says at these places; its pongs belonged to the pings of that day."""
        for place in places:
            frame = self.frames[place]
            if frame.side is Side.SERVER and frame.kind is not FrameKind.PONG:
                before = self.frames[place - 1].at_ms if place else 0.0
                yield Saying(frame, max(0.0, frame.at_ms - before))


def _is_word(frame: Frame) -> bool:
    """Whether a frame is one that the server's next words wait for."""
    return frame.side is Side.CLIENT and frame.kind in SAID
