"""The rows of the table of rules that are about what consumers need of a provider.

Rules: as in `rules.py`; rows are told here as plain values, so that the table can take them in.
"""

from typing import Final

from truemirror.core.contract.finding import Level

USAGE_ROWS: Final = (
    (
        "consumer-need-unmet",
        "consumer",
        Level.BREAK,
        "A consumer needs something of an answer that the contract does not promise.",
        "Promise it in the contract, or agree with the consumer that it does without.",
    ),
    (
        "consumer-need-unknown",
        "consumer",
        Level.WARN,
        "Whether the contract promises what a consumer needs cannot be decided.",
        "Say it in plainer keywords in the contract.",
    ),
    (
        "consumer-request-refused",
        "consumer",
        Level.BREAK,
        "A consumer sends a request that the contract does not take.",
        "Take it in the contract, or mend the consumer and import its expectations again.",
    ),
)
