"""Write a pact: what a consumer says to a provider, as recorded, as far as it is known to need it.

Rules: where there is a mirror, its answers are the examples; where there is none, they are made up from what the
consumer needs. What a pact cannot say is in the result, entry by entry. Secrets stay the stand-ins that are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.foreign.carried import Gathering, LeftOut
from truemirror.core.foreign.pact_writing import Parties, write_pact
from truemirror.core.mirror.model import Mirror
from truemirror.core.usage.interactions import Known, Names, of_expectation, of_mirror
from truemirror.core.usage.needs import Expectation
from truemirror.errors import CouldNotRun


@dataclass(frozen=True, slots=True)
class WrittenPact:
    """A pact, and what it rests on."""

    document: Mapping[str, Any]
    consumer: str
    provider: str
    specification: int
    interactions: int
    version: str
    """Of the mirror; empty where the answers are made up."""
    needs_known: bool
    """Whether it is known what the consumer needs; else everything recorded is told."""
    left_out: tuple[LeftOut, ...] = ()


def export_pact(
    parties: Parties,
    mirror: Mirror | None,
    expectation: Expectation | None,
    names: Names,
    *,
    specification: int,
    truemirror: str = "",
) -> WrittenPact:
    """The pact of a consumer with a provider; `truemirror` is our own version. Raises CouldNotRun for an empty one."""
    gathering = Gathering()
    if mirror is not None:
        known = Known(expectation.needs, names) if expectation else None
        interactions = of_mirror(mirror, known, gathering)
    else:
        interactions = of_expectation(expectation, names, gathering) if expectation else ()
    document = write_pact(parties, interactions, specification, truemirror, gathering)
    count = len(document["interactions"])
    if not count:
        raise _nothing(parties, mirror, expectation, gathering)
    version = mirror.version if mirror else ""
    left = tuple(gathering.left_out)
    known_needs = expectation is not None
    return WrittenPact(document, parties.consumer, parties.provider, specification, count, version, known_needs, left)


def _nothing(
    parties: Parties, mirror: Mirror | None, expectation: Expectation | None, gathering: Gathering
) -> CouldNotRun:
    """Why there is nothing to write."""
    if mirror is None and expectation is None:
        return CouldNotRun(
            f"there is neither a mirror of {parties.provider} nor anything that {parties.consumer} needs of it",
            fix=f"record it first: truemirror record {parties.provider} --upstream URL",
        )
    if gathering.left_out:
        first = gathering.left_out[0]
        return CouldNotRun(
            f"nothing that is there can be told in a pact: {first.why}", where=first.entry, fix=first.fix
        )
    return CouldNotRun(
        f"nothing is recorded that {parties.consumer} is known to need of {parties.provider}",
        fix=f"record what it asks, or import its expectations again into contracts/{parties.provider}/usage",
    )
