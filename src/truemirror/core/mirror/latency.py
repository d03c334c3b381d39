"""How long an answer takes on replay: not at all, as recorded, or drawn from a distribution by a seed.

    none    recorded    fixed:25ms    lognormal:median=20ms,p95=80ms

Rules: a drawn delay is a function of the seed, the service, the session and the number of the call in that session, and
of nothing else: neither the clock nor other sessions change it, and no random numbers are kept.
"""

import hashlib
import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from statistics import NormalDist

from truemirror.errors import UsageError

_NORMAL = NormalDist()
_P95 = _NORMAL.inv_cdf(0.95)
_STEPS = 1 << 52
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s)")
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_EXAMPLES = "none, recorded, fixed:25ms, lognormal:median=20ms,p95=80ms"
_LONGEST_MS = 3_600_000.0
RATE_EXAMPLE = "64kB/s"
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KiB|MB|MiB)/s")
_BYTES = {"B": 1, "kB": 1_000, "KiB": 1_024, "MB": 1_000_000, "MiB": 1_048_576}


class LatencyKind(StrEnum):
    """Where a delay comes from."""

    NONE = "none"
    RECORDED = "recorded"
    FIXED = "fixed"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers take."""

    kind: LatencyKind = LatencyKind.NONE
    median_ms: float = 0.0
    """Half of the drawn delays are shorter; a fixed delay is always this."""
    sigma: float = 0.0
    """The spread of a drawn delay: the standard deviation of its logarithm."""

    @property
    def is_recorded(self) -> bool:
        """Whether answers take as long as they took."""
        return self.kind is LatencyKind.RECORDED

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.is_recorded or self.median_ms > 0

    def drawn_ms(self, seed: int, service: str, session: str, number: int) -> float:
        """The delay of a session's call number `number` (from 1), in milliseconds; 0 where nothing is drawn."""
        if self.kind is not LatencyKind.LOGNORMAL:
            return self.median_ms
        return self.quantile_ms(_uniform(seed, service, session, number))

    def quantile_ms(self, share: float) -> float:
        """The delay that this share (between 0 and 1, both excluded) of all drawn delays stays below."""
        return min(_LONGEST_MS, self.median_ms * math.exp(self.sigma * _NORMAL.inv_cdf(share)))


def _uniform(seed: int, service: str, session: str, number: int) -> float:
    """A number between 0 and 1, both excluded, the same for the same call and as good as random for others."""
    text = f"{seed}\0{service}\0{session}\0{number}".encode("utf-8", "surrogatepass")
    bits = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 12
    return (bits + 0.5) / _STEPS


def parse_latency(text: str) -> Latency:
    """A latency from how it is written. Raises UsageError."""
    name, colon, rest = text.strip().partition(":")
    match name:
        case LatencyKind.NONE | LatencyKind.RECORDED if not colon:
            return Latency(LatencyKind(name))
        case LatencyKind.FIXED if colon:
            return Latency(LatencyKind.FIXED, parse_ms(rest, text))
        case LatencyKind.LOGNORMAL if colon:
            return _lognormal(rest, text)
    near = get_close_matches(name, list(LatencyKind), n=1, cutoff=0.5)
    meant = next((one for one in _EXAMPLES.split(", ") if near and one.startswith(near[0])), "")
    raise UsageError(f"'{text}' is no latency", nearest=meant, fix=f"write one of {_EXAMPLES}")


def _lognormal(rest: str, text: str) -> Latency:
    """`median=20ms,p95=80ms`. Raises UsageError."""
    found = dict(one.strip().partition("=")[::2] for one in rest.split(","))
    if set(found) != {"median", "p95"}:
        raise UsageError(
            f"'{text}' does not say which delays to draw",
            nearest="lognormal:median=20ms,p95=80ms",
            fix="give the median, and p95, which one call in twenty takes longer than",
        )
    median, p95 = parse_ms(found["median"], text), parse_ms(found["p95"], text)
    if not 0 < median <= p95:
        raise UsageError(f"'{text}': p95 lies below the median, or the median is zero", fix="write the larger as p95")
    return Latency(LatencyKind.LOGNORMAL, median, math.log(p95 / median) / _P95)


def parse_ms(text: str, where: str = "") -> float:
    """A time such as `250ms` or `1.5s`, in milliseconds. Raises UsageError for anything else, and for over an hour."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        near = f"{text.strip()}ms" if text.strip().isdecimal() else "25ms, 1.5s"
        raise UsageError(f"'{text}' is no time", where=where, nearest=near, fix="write a number and us, ms or s")
    ms = float(found[1]) * _MS[found[2]]
    if ms > _LONGEST_MS:
        raise UsageError(f"'{text}' is over an hour", where=where, fix="write a shorter time")
    return ms


def parse_rate(text: str) -> float:
    """A bandwidth such as `64kB/s`, in bytes a second. Raises UsageError."""
    found = _RATE.fullmatch(text.strip())
    rate = float(found[1]) * _BYTES[found[2]] if found else 0.0
    if rate <= 0:
        raise UsageError(
            f"'{text}' is no bandwidth",
            nearest=RATE_EXAMPLE,
            fix=f"write a number greater than zero and one of {', '.join(f'{unit}/s' for unit in _BYTES)}",
        )
    return rate
