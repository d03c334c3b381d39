"""Change the mode of a mirror that is being served.

Rules: a mode that asks the live service needs its address, one that stores needs somewhere to store. What was stored so
far is folded into the mirror before anything is stored in another way. Where the new mode cannot begin, the mirror only
replays: nothing is ever forwarded that should have been stored.
"""

from truemirror.core.mirror.decision import TABLE, Forward, Mode
from truemirror.errors import UsageError
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding


def may_switch(replayer: Replayer, forwarding: Forwarding | None, mode: Mode) -> None:
    """Raise UsageError where the mode needs what is missing."""
    service = replayer.mirror.service
    if not _plans(mode):
        return
    if forwarding is None or forwarding.upstream is None:
        fix = f"start with --upstream {service}=URL"
        raise UsageError(f"mode {mode} asks the live {service}, whose address is not known", fix=fix)
    if _stores(mode) and forwarding.journal is None and forwarding.opens is None:
        raise UsageError(f"mode {mode} stores, and there is nothing here that {service} could be stored in")


def switch(replayer: Replayer, forwarding: Forwarding | None, mode: Mode) -> None:
    """Treat requests in this mode from now on. Raises UsageError where it needs what is missing, StoreError."""
    may_switch(replayer, forwarding, mode)
    if forwarding is None or mode is replayer.mode:
        replayer.mode = mode
        return
    replaces = mode is not Mode.RECORD_MISSING
    is_over = not _stores(mode) or replaces is (replayer.mode is Mode.RECORD_MISSING)
    replayer.mode = Mode.REPLAY  # what fails from here on leaves nothing that is forwarded and lost
    if forwarding.journal is not None and is_over:
        _end_storing(replayer, forwarding)
    if _stores(mode) and forwarding.journal is None and forwarding.opens is not None:
        forwarding.journal = forwarding.opens(replaces)
    replayer.mode = mode


def begin_storing(forwarding: Forwarding) -> None:
    """Have somewhere to store, where the mode does. Raises StoreError when another recorder holds the mirror."""
    mode = forwarding.replayer.mode
    if _stores(mode) and forwarding.journal is None and forwarding.opens is not None:
        forwarding.journal = forwarding.opens(mode is not Mode.RECORD_MISSING)


def _plans(mode: Mode) -> list[Forward]:
    """What the mode does beyond the recording."""
    return [plan for plan in TABLE[mode].values() if plan is not None]


def _stores(mode: Mode) -> bool:
    """Whether the mode stores anything."""
    return any(plan.store for plan in _plans(mode))


def _end_storing(replayer: Replayer, forwarding: Forwarding) -> None:
    """Fold what was stored, serve the mirror as it then is, and let go of it."""
    forwarding.take_in()
    journal, forwarding.journal = forwarding.journal, None
    assert journal is not None
    try:
        replayer.renew(journal.fold().with_reads(replayer.mirror.rules.reads))
    finally:
        journal.close()
