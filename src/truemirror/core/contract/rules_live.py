"""The rows of the table of rules that are about a live service: what drifts from its recording, what an attack finds.

Rules: as in `rules.py`; rows are told here as plain values, so that the table can take them in.
"""

from typing import Final

from truemirror.core.contract.finding import Level

_B, _W, _I = Level.BREAK, Level.WARN, Level.INFO
_MEANT = "Record it again when the change is meant and every consumer knows it, or mend the service."
_MEND = "Mend the service; `truemirror verify` asks the kept request first the next time."

LIVE_ROWS: Final = (
    ("drift-status-changed", "drift", _B, "The live service answers a recorded request with another status.", _MEANT),
    ("drift-unanswered", "drift", _B, "The live service gives no whole answer to a request that it answered.", _MEND),
    ("drift-body-changed", "drift", _B, "The live answer is no JSON, or of another kind than any recording.", _MEANT),
    ("drift-attribute-removed", "drift", _B, "The live answer lacks an attribute that all recordings have.", _MEANT),
    ("drift-attribute-retyped", "drift", _B, "An attribute has a type that no recording shows.", _MEANT),
    ("drift-error-code-changed", "drift", _B, "The same request is refused with another error code.", _MEANT),
    ("drift-attribute-emptied", "drift", _W, "An attribute is null that no recording shows as null.", _MEANT),
    ("drift-header-changed", "drift", _W, "A header field that clients rely on is gone or says otherwise.", _MEANT),
    (
        "drift-attribute-added",
        "drift",
        _I,
        "The live answer has an attribute that no recording has.",
        "Record it again, so that the mirror has it, too.",
    ),
    ("attack-server-error", "attack", _B, "A generated request makes the service fail with a 5xx status.", _MEND),
    ("attack-unanswered", "attack", _B, "A generated request gets no whole answer.", _MEND),
    (
        "attack-status-undeclared",
        "attack",
        _W,
        "A generated request is answered with a status that the contract does not declare.",
        "Declare the status for the operation, or mend the service.",
    ),
    (
        "attack-flaky",
        "attack",
        _W,
        "A failure under attack did not come back when the same was asked again.",
        "Look for state or time on which it hangs; the seed makes the attack again.",
    ),
    (
        "attack-rejected",
        "attack",
        _W,
        "An optional check of the attack is not met.",
        "Mend the service, or leave the check out of --checks.",
    ),
    (
        "attack-fixed",
        "attack",
        _I,
        "A kept request that made the service fail no longer does.",
        "Keep it: it is asked first each time, so that the failure never returns unseen.",
    ),
)
"""Id, area, level, meaning, mend."""
