"""Which operations ask for a bearer token, as far as recordings show it.

Rules: that a client always sends its token shows nothing, for a service need not look at it; that a request without
credentials was turned away (401) does. What may not be read without a token, nothing at its path and below may be done
to without one either, where all accepted requests carried one. The rest is for a person to say.
"""

from collections.abc import Iterable

from truemirror.core.contract.infer.gather import OperationEvidence

_READS = frozenset({"GET", "HEAD"})


def asking_for_bearer(operations: Iterable[OperationEvidence]) -> frozenset[tuple[str, str]]:
    """The operations, as method and template, that ask for a bearer token."""
    known = list(operations)
    closed = {one.template for one in known if one.turned_away and one.method in _READS}
    return frozenset(
        (one.method, one.template)
        for one in known
        if 0 < one.bearer == one.accepted and (one.turned_away or not closed.isdisjoint(_path_and_above(one.template)))
    )


def _path_and_above(template: str) -> Iterable[str]:
    """A path and all paths above it; the root stands for itself alone."""
    steps = template.split("/")
    return ("/".join(steps[:number]) for number in range(len(steps), 1, -1))
