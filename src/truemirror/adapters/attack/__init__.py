"""Attack a running service with requests made up from its contract: the Attacker port over schemathesis.

Rules: schemathesis is imported only when an attack begins; what it says comes out as plain values.
"""

from truemirror.adapters.attack.engine import SchemathesisAttacker

__all__ = ["SchemathesisAttacker"]
