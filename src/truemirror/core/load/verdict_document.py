"""A verdict as JSON keeps it, for `--json`, the history and whoever reads them.

Rules: the names below are relied on by scripts and only ever grow; what is not known is null, never zero.
"""

from dataclasses import asdict

from truemirror.core.load.verdict import Gate, TargetVerdict


def document(verdict: TargetVerdict) -> dict[str, object]:
    """One target. The numbers at its top are those of its worst gate; all gates follow."""
    worst = verdict.headline
    return {
        "target": verdict.target,
        "verdict": verdict.verdict.value,
        "reasons": list(verdict.reasons),
        **({} if worst is None else {key: value for key, value in _gate(worst).items() if key in _AT_THE_TOP}),
        "alpha": verdict.alpha,
        "look": verdict.look,
        "seconds": verdict.seconds,
        "rate": asdict(verdict.rate),
        "instrument": {**asdict(verdict.instrument), "lost": list(verdict.instrument.lost)},
        "steady": asdict(verdict.steady),
        "machine": verdict.machine,
        "gates": [_gate(one) for one in verdict.gates],
    }


_AT_THE_TOP = ("metric", "limit", "over_ms", "estimate", "lcl", "ucl", "n", "tau", "need_more_s")


def _gate(gate: Gate) -> dict[str, object]:
    """One gate."""
    return {**asdict(gate), "verdict": gate.verdict.value, "reasons": list(gate.reasons)}
