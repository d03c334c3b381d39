"""The journal of a mirror server as a document: the last requests, and what answered each.

Rules: an entry costs its request one append; what is told of it is worked out when somebody asks. What is told was
redacted before it came here.
"""

from collections.abc import Iterable
from typing import Any

from truemirror.adapters.http.server.door import Entry
from truemirror.core.mirror.decision import Replay
from truemirror.core.wire.exchange import Exchange, Fault, Outcome


def entry_document(entry: Entry) -> dict[str, Any]:
    """One served request."""
    at, known, decision = entry
    came = known.came(decision)
    method, _, target = known.request.partition(" ")
    told: dict[str, Any] = {
        "at": at,
        "service": known.mount.service,
        "session": known.session,
        "method": method,
        "target": target,
    }
    match came:
        case Replay():
            told["answer"] = outcome_word(came.exchange.outcome)
            if (name := known.names.get(came.place)) is not None:
                told["scenario"], told["exchange"] = name
            if came.notes:
                told["notes"] = {str(note): text for note, text in came.notes}
        case Exchange():
            told |= {"answer": outcome_word(came.outcome), "forwarded": True}
        case _:
            told["answer"] = "miss"
    return told


def last_entries(journals: Iterable[Iterable[Entry]], services: set[str], session: str | None, last: int) -> list[Any]:
    """The last so many entries of these services, and of one session if it is named, oldest first."""
    entries = [
        entry
        for journal in journals
        for entry in tuple(journal)
        if entry[1].mount.service in services and session in (None, entry[1].session)
    ]
    entries.sort(key=lambda entry: entry[0])
    return [entry_document(entry) for entry in entries[max(0, len(entries) - last) :]]


def outcome_word(outcome: Outcome) -> str:
    """An outcome in a word."""
    return f"fault {outcome.kind}" if isinstance(outcome, Fault) else f"status {outcome.status}"
