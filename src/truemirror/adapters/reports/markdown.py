"""The verdict as Markdown, for a pull request's comment or a CI summary.

Rules: what came from recordings or code is shown as code, its marks made harmless, so that nothing hostile renders.
"""

from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.verdict import Judgement, Reason, State, Verdict

_SIGNS = {State.KEPT: "✅", State.BROKEN: "❌", State.UNKNOWN: "❔", State.NOT_RUN: "➖"}
_HEADS = {Verdict.ALLOW: "✅ Allow", Verdict.BLOCK: "⛔ Block", Verdict.UNKNOWN: "❔ Unknown"}
_LISTED = 8


def summary_markdown(evidence: Evidence) -> str:
    """The whole summary."""
    judgement = evidence.judgement
    lines = [f"# {_HEADS[judgement.verdict]}", ""]
    lines += [f"- {name}: {_code(value)}" for name, value in judgement.facts.items()]
    lines += ["", *_matrix(judgement), ""]
    if judgement.reasons:
        lines.append(f"## {len(judgement.reasons)} reason{'s' * (len(judgement.reasons) != 1)}")
        for number, reason in enumerate(judgement.reasons, 1):
            lines += ["", *_reason(number, reason)]
    return "\n".join(lines).rstrip() + "\n"


def _matrix(judgement: Judgement) -> list[str]:
    """Services down, stages across."""
    stages = [stage for stage in judgement.stages if stage.checks]
    if not stages:
        return ["Nothing was there to look at."]
    rows = [
        "| service | " + " | ".join(stage.title for stage in stages) + " |",
        "|---|" + "---|" * len(stages),
    ]
    for service in judgement.services:
        cells = []
        for stage in stages:
            found = [check for check in stage.checks if check.service == service]
            cells.append("; ".join(f"{_SIGNS[check.state]} {_cell(check.summary)}" for check in found) or "·")
        rows.append(f"| {_code(service)} | " + " | ".join(cells) + " |")
    return rows


def _reason(number: int, reason: Reason) -> list[str]:
    """One reason."""
    sign = "⛔" if reason.effect is Verdict.BLOCK else "❔"
    lines = [f"### {number}. {sign} {_code(reason.title)}", "", f"- rule: {_code(reason.rule)}"]
    if reason.owner:
        lines.append(f"- owner: {_code(reason.owner)}")
    if reason.expected or reason.actual:
        lines.append(f"- expected {_code(reason.expected or 'nothing')}, actual {_code(reason.actual or 'nothing')}")
    if reason.consumers:
        lines.append(f"- consumers: {', '.join(map(_code, reason.consumers))}")
    for name, values in (("seen at", reason.places), ("tests", reason.tests)):
        if values:
            more = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
            lines.append(f"- {name}: {', '.join(map(_code, values[:_LISTED]))}{more}")
    if reason.evidence:
        first = reason.evidence.strip().splitlines()[0]
        lines.append(f"- evidence: {_code(first)}")
    if reason.next_step:
        lines.append(f"- next: {_code(reason.next_step)}")
    return lines


def _code(text: str) -> str:
    """A text as inline code that cannot end early or break the line."""
    plain = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    return f"`{plain}`"


def _cell(text: str) -> str:
    """A text that cannot leave its table cell or become markup."""
    return " ".join(text.split()).replace("|", "¦").replace("<", "‹").replace("`", "'")
