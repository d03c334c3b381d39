"""The ids of all rules there are, for whoever names one.

Rules: gathered from the tables themselves, so that no id is forgotten; imported only where somebody names a rule.
"""

from collections.abc import Sequence
from functools import cache


@cache
def rule_ids() -> Sequence[str]:
    """Every rule's id, sorted: of exchanges and contracts, of changes of schemas and of operations."""
    from truemirror.core.contract.compat.rules import ROWS
    from truemirror.core.contract.compat.rules_operations import OPERATION_RULES
    from truemirror.core.contract.rules import RULES

    return sorted({*RULES, *OPERATION_RULES, *ROWS})
