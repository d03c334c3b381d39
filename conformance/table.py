"""The table of verdicts, for a terminal and for docs/conformance.md.

Rules: a page is written by a run, never by hand; what a run leaves out keeps what an earlier run saw, under the version
that was seen then.
"""

import re
from collections.abc import Mapping, Sequence

from conformance.case import Case
from conformance.cases import FAMILIES
from conformance.judge import Verdict, Word

Column = Mapping[str, str]
"""What a subject's cell says, by case."""
_HEAD = re.compile(r"^\| case \| what must hold \| source \|(?P<names>.*)\|$", re.MULTILINE)
_ROW = re.compile(r"^\| `(?P<case>[^`]+)` \|(?P<rest>.*)\|$", re.MULTILINE)
BEGIN, END = "<!-- verdicts -->\n", "<!-- end of verdicts -->\n"


def cell(verdict: Verdict) -> str:
    """A verdict in a cell; what is not as wanted is bold."""
    detail = verdict.detail.replace("|", "\\|").replace("\n", " ")
    if verdict.word is Word.NOT_RUN:
        return "not run"
    if verdict.good:
        return str(verdict.word)
    return f"**{verdict.word}**: {detail}"


def drawn(columns: Mapping[str, Column]) -> str:
    """All columns, a family after the other, and how many are as wanted."""
    lines: list[str] = []
    for family, cases in FAMILIES.items():
        rows = [one for one in cases if any(one.name in column for column in columns.values())]
        lines += [f"### {family}", "", *_table(rows, columns), ""]
    lines += ["### in all", "", "| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += ["| as wanted | " + " | ".join(_sum(column) for column in columns.values()) + " |"]
    return "\n".join(lines) + "\n"


def _table(cases: Sequence[Case], columns: Mapping[str, Column]) -> list[str]:
    """One family."""
    head = ["case", "what must hold", "source", *columns]
    rows = [
        [
            f"`{one.name}`",
            one.means.replace("|", "\\|"),
            one.source,
            *(c.get(one.name, "not run") for c in columns.values()),
        ]
        for one in cases
    ]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _sum(column: Column) -> str:
    """How many cells are as wanted, of those that were run."""
    run = [text for text in column.values() if text != "not run"]
    return f"{sum(not text.startswith('**') for text in run)} of {len(run)}"


def read(page: str) -> dict[str, dict[str, str]]:
    """The columns of a page, by subject."""
    found = _HEAD.search(page)
    if found is None:
        return {}
    names = [name.strip() for name in found["names"].split("|")]
    columns: dict[str, dict[str, str]] = {name: {} for name in names}
    for row in _ROW.finditer(page):
        cells = [text.strip() for text in re.split(r"(?<!\\)\|", row["rest"])]
        for name, text in zip(names, cells[2:], strict=True):
            columns[name][row["case"]] = text
    return columns


def rewritten(page: str, columns: Mapping[str, Column]) -> str:
    """A page with its table as it was run just now, and as before where it was not."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    known = read(page)
    names = [*known, *(name for name in columns if name not in known)]
    merged = {name: {**known.get(name, {}), **columns.get(name, {})} for name in names}
    return before + BEGIN + "\n" + drawn(merged) + "\n" + END + after
