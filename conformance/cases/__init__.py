"""All cases, family by family.

Rules: a case is bytes and words; nothing here imports anything but the words to write them.
"""

from conformance.case import Case
from conformance.cases import bodies, faults, heads, refusals, requests, streams

FAMILIES: dict[str, tuple[Case, ...]] = {
    "heads": heads.CASES,
    "bodies": bodies.CASES,
    "requests": requests.CASES,
    "streams": streams.CASES,
    "faults": faults.CASES,
    "refusals": refusals.CASES,
}
"""In the order of the table."""

CASES: dict[str, Case] = {case.name: case for family in FAMILIES.values() for case in family}
