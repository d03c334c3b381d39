"""How old a mirror is, and whether it is too old to be believed.

Rules: a mirror is stale when it was made against another contract version than the one wanted, or when one of its
scenarios is older than allowed; the reason is a sentence. A scenario of unknown age is not stale; a day that is still
to come is as unknown as one that nobody can read, but for tomorrow, which has begun elsewhere.
"""

from dataclasses import dataclass
from datetime import date

from truemirror.core.mirror.model import Mirror

_AHEAD = -1


@dataclass(frozen=True, slots=True)
class Age:
    """How old a mirror's scenarios are."""

    oldest: str = ""
    """The day on which the oldest one was recorded, as YYYY-MM-DD; empty when no day is known."""
    newest: str = ""
    days: int | None = None
    """How many days ago the oldest one was recorded."""
    undated: int = 0
    """How many scenarios have no day that can be read."""


def age_of(mirror: Mirror, today: str) -> Age:
    """How old a mirror is; `today` is YYYY-MM-DD."""
    ages = {scenario.recorded: _days(scenario.recorded, today) for scenario in mirror.scenarios}
    known = sorted((-days, day) for day, days in ages.items() if days is not None)
    undated = sum(ages[scenario.recorded] is None for scenario in mirror.scenarios)
    return Age(known[0][1], known[-1][1], -known[0][0], undated) if known else Age(undated=undated)


def staleness(mirror: Mirror, today: str, max_age_days: int | None = None, wanted: str = "") -> str:
    """Why a mirror is stale, else empty; `today` is YYYY-MM-DD, `wanted` a contract version or its beginning."""
    if wanted and not (mirror.version == wanted or mirror.version.startswith(f"{wanted}.")):
        return f"it was recorded against contract {mirror.version}, and {wanted} is wanted"
    oldest = age_of(mirror, today).days
    if max_age_days is not None and oldest is not None and oldest > max_age_days:
        return f"its oldest scenario was recorded {oldest} days ago, and {max_age_days} are allowed"
    return ""


def _days(recorded: str, today: str) -> int | None:
    """Days since a day; None for what is none, or is still to come."""
    try:
        days = (date.fromisoformat(today) - date.fromisoformat(recorded)).days
    except ValueError:
        return None
    return max(days, 0) if days >= _AHEAD else None
