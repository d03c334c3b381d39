"""What a profile is run against, and whether its data can be used there.

Rules: mirrors take stand-ins; nothing else is ever sent one.
"""

from truemirror.core.load.profile import Profile
from truemirror.core.mirror.standin import is_stand_in
from truemirror.errors import UsageError

MIRROR, LIVE = "mirror", "live"


def is_address(where: str) -> bool:
    """Whether a target is an address, and not one that we start."""
    return "://" in where


def check_where(where: str) -> str:
    """The target as it was named. Raises UsageError for one that is none."""
    if where in (MIRROR, LIVE) or is_address(where):
        return where
    near = f"http://{where}" if ":" in where or "." in where else MIRROR
    raise UsageError(f"{where!r} is no target", nearest=near, fix="say mirror, live, or an address")


def services_of(profile: Profile) -> tuple[str, ...]:
    """The services that a profile asks, sorted."""
    return tuple(sorted({call.service for flow in profile.flows for call in flow.calls}))


def check_data(profile: Profile, where: str) -> None:
    """That no stand-in is sent where it means nothing. Raises UsageError."""
    if where == MIRROR:
        return
    for pool in sorted({flow.data for flow in profile.flows if flow.data}):
        for number, row in enumerate(profile.data.get(pool, ()), 1):
            for name, value in row.items():
                if is_stand_in(value):
                    raise UsageError(
                        f"{name} of row {number} is a stand-in, which only a mirror takes",
                        where=f"data.{pool}",
                        nearest=f'{name} = "env:{name.upper()}"',
                        fix="write what is real there, or the environment variable that holds it; or --target mirror",
                    )
