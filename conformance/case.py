"""What a case is: what an upstream does, what a client does, and what is wanted of whoever stands between them.

Rules: values only. `@HERE@` in a client's bytes is the authority that it asks, in an upstream's bytes the upstream's
own. `@ONCE@` in a client's bytes is another word of that length in every walk, `@COUNT@` in an upstream's the number of
the request in its case, in seven digits. Times are seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.message import Message


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes, in one write."""

    data: bytes
    dripping: bool = False
    """Whether a client writes them one by one instead."""


@dataclass(frozen=True, slots=True)
class Flood:
    """Many bytes: a block, over and over."""

    block: bytes
    times: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """An upstream waits until the client has seen these bytes: so it is proved that they were not held back."""

    seen: bytes


@dataclass(frozen=True, slots=True)
class TakeBody:
    """An upstream reads the body of the request."""


@dataclass(frozen=True, slots=True)
class Read:
    """A client reads the final answer to a request of this method."""

    method: bytes = b"GET"


@dataclass(frozen=True, slots=True)
class ReadInterim:
    """A client reads until there is an answer, informational or final."""


@dataclass(frozen=True, slots=True)
class TakeBytes:
    """An upstream reads so many bytes of another protocol than HTTP."""

    count: int


@dataclass(frozen=True, slots=True)
class ReadRest:
    """A client reads whatever comes until the connection ends."""


@dataclass(frozen=True, slots=True)
class ReadBehind:
    """A client reads until so many bytes of another protocol are behind the answer."""

    count: int


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is closed."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is closed with an RST."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is said until the other side leaves."""


@dataclass(frozen=True, slots=True)
class SendIfContinued:
    """A client sends its body, if it was told to go on."""

    data: bytes


UpstreamStep = Send | Flood | Pause | Until | TakeBody | TakeBytes | Close | Reset | Hold
ClientStep = Send | SendIfContinued | Pause | Read | ReadInterim | ReadBehind | ReadRest
Reply = tuple[UpstreamStep, ...]
"""What an upstream does once the head of a request is there; without TakeBody the body is read first."""


class Wanted(StrEnum):
    """What is right."""

    KEPT = "kept"
    """The client sees what it would see without anybody between, and so does the upstream."""
    REFUSED = "refused"
    """A clear answer of 4xx or 5xx, an end of the connection, and nothing at the upstream."""
    EITHER = "either"
    """Kept or refused, both are right."""
    SAFE = "safe"
    """Refused, or passed on as one request that can be read in one way only, with nothing answered behind it."""
    SPOKEN = "spoken"
    """Refused, or taken up in HTTP/2, with nothing at the upstream before a request came."""


@dataclass(frozen=True, slots=True)
class Case:
    """One exact conversation."""

    name: str
    means: str
    """What must hold, in a sentence."""
    source: str
    """Where that is said."""
    client: tuple[ClientStep, ...]
    replies: Mapping[str, Reply] = field(default_factory=dict)
    """By the path behind the case's own, with its query; "" for any other."""
    wanted: Wanted = Wanted.KEPT
    exact: bool = False
    """Whether names, case and order of all fields and the reason count, as in no rule of HTTP but for many clients."""
    framed: bool = False
    """Whether the framing of the body counts, which one between may change."""
    one_connection: bool = False
    """Whether all has to go over one connection; else a client asks on a new one when it was told that one ends."""
    decoded: str = ""
    """A Content-Encoding whose content counts instead of its bytes: a recorder may code it anew."""
    bursts: int = 0
    """In how many arrivals apart the answer has to come, at least."""
    host: str = "127.0.0.1"
    patience: float = 10.0
    """How long the client waits for a byte."""
    silence: float = 60.0
    """After how many seconds of the upstream's silence a recorder is to call it a timeout, where it can be told."""
    alone: bool = False
    """Whether it is so much to bear that it has processes of its own."""
    deep: bool = False
    """Whether it takes long, and is left out unless asked for."""
    flat_mib: int = 0
    """How much memory a recorder may gain on the way, in MiB; 0 when that is not looked at."""
    also: Callable[[Message], str] | None = None
    """A further look at the first answer: what is wrong with it, or nothing."""
