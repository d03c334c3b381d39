"""Under which conditions each mirror answers: what was asked for, else what the configuration says of the service.

Rules: what is said of a plan is said before anything is served.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from truemirror.config import ServiceConfig
from truemirror.core.mirror.latency import parse_latency, parse_rate
from truemirror.core.mirror.naming import service_of
from truemirror.core.mirror.plan import ANY, Plan
from truemirror.errors import UsageError
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve_plan import Serving


def set_conditions(replayer: Replayer, known: ServiceConfig | None, how: Serving, name: str = "") -> None:
    """Let a mirror answer as slowly and as badly as it should; `name` is what it is served as. Raises UsageError."""
    latency = parse_latency(how.latency or (known.latency if known else "") or "none")
    if latency:
        replayer.delay(latency, how.seed)
    for one in dict.fromkeys((ANY, replayer.mirror.service, name)):
        if plan := how.plans.get(one):
            replayer.plan(plan)


def bandwidth_of(known: ServiceConfig | None, how: Serving) -> float:
    """Bytes of a body a second on each connection; 0 for no limit. Raises UsageError."""
    said = how.bandwidth or (known.bandwidth if known else "")
    return parse_rate(said) if said else 0.0


def check_planned(plans: Mapping[str, Plan], served: Iterable[str]) -> None:
    """Raise UsageError when a plan is made for a service that is not served."""
    names = list(dict.fromkeys(one for name in served for one in (service_of(name), name)))
    for name in plans:
        if name != ANY and name not in names:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            raise UsageError(
                f"a plan is made for '{name}', which is not served",
                nearest=near[0] if near else ", ".join(names),
                fix=f"name a service, or {ANY} for all of them",
            )
