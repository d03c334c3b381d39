"""Hold the kept mirrors against a fresh recording: does the running system still behave as it was recorded?

Rules: a service that was not recorded afresh is not judged; what varies by itself is no drift; each finding names the
scenario and the attribute, so that a person sees whether to record again or to mend the service.
"""

from collections.abc import Iterator, Sequence

from truemirror.config import Config
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.rules import finding
from truemirror.core.mirror.drift import Drift, DriftKind, drift
from truemirror.ports import MirrorStore
from truemirror.usecases.check import consumers_of, owner_of

_WORDS = {
    DriftKind.CHANGED: "the running service answers otherwise",
    DriftKind.GONE: "the fresh recording does not show it",
    DriftKind.NEW: "the kept recording does not show it",
}


def drift_findings(
    config: Config, kept: MirrorStore, fresh: MirrorStore, services: Sequence[str] = ()
) -> Iterator[Finding]:
    """Every difference of every service that both have. Raises FormatError, StoreError."""
    both = [name for name in kept.services() if name in fresh.services() and (not services or name in services)]
    for name in both:
        for one in drift(kept.load(name), fresh.load(name)):
            yield from _findings(config, one)


def _findings(config: Config, one: Drift) -> Iterator[Finding]:
    """One difference as a finding per attribute, or as one when the whole exchange is new or gone."""
    differences = one.differences or (None,)
    for difference in differences:
        target = one.request.partition(" ")[2]
        place = f"{target}, scenario {one.scenario}" + (f", {difference.part}" if difference else "")
        yield finding(
            "mirror-drift",
            service=one.service,
            operation=one.operation,
            location=place,
            message=_WORDS[one.kind],
            expected=difference.recorded if difference else "",
            actual=difference.got if difference else "",
            owner=owner_of(config, one.service),
            consumers=consumers_of(config, one.service),
        )
