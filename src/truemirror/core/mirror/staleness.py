"""Whether a mirror is too old to be believed.

Rules: a mirror is stale when it was made against another contract version than the one wanted, or when one of its
scenarios is older than allowed; the reason is a sentence. A scenario of unknown age is not stale.
"""

from datetime import date

from truemirror.core.mirror.model import Mirror


def staleness(mirror: Mirror, today: str, max_age_days: int | None = None, wanted: str = "") -> str:
    """Why a mirror is stale, else empty; `today` is YYYY-MM-DD, `wanted` a contract version or its beginning."""
    if wanted and not (mirror.version == wanted or mirror.version.startswith(f"{wanted}.")):
        return f"it was recorded against contract {mirror.version}, and {wanted} is wanted"
    if max_age_days is None:
        return ""
    now = _day(today)
    days = [_day(scenario.recorded) for scenario in mirror.scenarios]
    ages = [(now - day).days for day in days if now is not None and day is not None]
    oldest = max(ages, default=0)
    if oldest > max_age_days:
        return f"its oldest scenario was recorded {oldest} days ago, and {max_age_days} are allowed"
    return ""


def _day(text: str) -> date | None:
    """A day, or None where it is unknown."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
