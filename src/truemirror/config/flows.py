"""What can be configured of flows, as values; and the keys of their tables.

Rules: a field is a key of the same name, as in `model.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from truemirror.config import kinds
from truemirror.config.kinds import Kind, Wrong
from truemirror.core.flow.quarantine import Quarantined


@dataclass(frozen=True, slots=True)
class FlowsConfig:
    """How whole flows are run in a browser."""

    suite: str = ""
    """The folder of the flows: what `truemirror flows` and the gate run."""
    pages: str = ""
    """The service whose pages flows open: `visitor.open("/...")` is relative to its first host."""
    live: tuple[str, ...] = ()
    """Services that run from their own `start` whatever the target: what is under test."""
    scheme: str = "http"
    """How pages reach the hosts: http, or https with certificates of the local CA."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables for all services that flows start."""
    quarantine: tuple[Quarantined, ...] = ()
    """Tests that run and break nothing for a while, in the order of the file."""


def _said(value: object) -> str:
    """Text that says something."""
    if not kinds.text(value).strip():
        raise Wrong("it is empty")
    return kinds.text(value)


def keys(name: Kind) -> Mapping[str, Kind]:
    """The keys of [tool.truemirror.flows]; `name` reads the name of a service."""
    return {
        "suite": kinds.text,
        "pages": name,
        "live": kinds.list_of(lambda value: str(name(value))),
        "scheme": kinds.one_of("http", "https"),
        "environment": kinds.texts_by_name,
        "quarantine": kinds.tables,
    }


QUARANTINE: Mapping[str, Kind] = {"test": _said, "owner": _said, "until": kinds.day, "reason": _said}
"""The keys of [[tool.truemirror.flows.quarantine]]; all are needed."""
