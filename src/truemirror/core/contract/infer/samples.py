"""One schema from plain samples, without operations around them."""

from collections.abc import Iterable
from typing import Any

from truemirror.core.contract.infer.evidence import Evidence
from truemirror.core.contract.infer.schema import schema_of
from truemirror.core.contract.reading import DIALECT


def infer_schema(samples: Iterable[Any]) -> dict[str, Any]:
    """The schema that all samples conform to; their order does not matter."""
    evidence = Evidence()
    for sample in samples:
        evidence.add(sample)
    return {"$schema": DIALECT, **schema_of(evidence)}
