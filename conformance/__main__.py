"""`python -m conformance [SUBJECT...] [--case NAME] [--json]`: hold recorders and replayers against exact bytes.

Rules: the table goes to standard output, progress to standard error. It ends with 0 when everything is as wanted of the
first subject, with 1 when not, with 2 when it was asked wrongly, with 4 when that subject could not be run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.case import Case
from conformance.cases import CASES
from conformance.judge import Verdict, Word
from conformance.run import run
from conformance.subjects import SUBJECTS
from conformance.table import cell, drawn, rewritten

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
_EXAMPLE = "example: python -m conformance truemirror wiremock --case sse --case reset"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; gives back the exit code."""
    parser = argparse.ArgumentParser("conformance", description=__doc__.splitlines()[0], epilog=_EXAMPLE)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; all when left out")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only this case; repeatable")
    parser.add_argument("--deep", action="store_true", help="the long cases as well: a body of 1 GiB")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument("--write", action="store_true", help="write the table into docs/conformance.md")
    asked = parser.parse_args(arguments)
    for kind, given, known in (("subject", asked.subjects, SUBJECTS), ("case", asked.case, CASES)):
        for name in given:
            if name not in known:
                parser.error(f"there is no {kind} {name}; there are {', '.join(known)}")
    cases = [CASES[name] for name in asked.case] or [one for one in CASES.values() if asked.deep or not one.deep]
    verdicts = {name: _run(name, cases) for name in asked.subjects or SUBJECTS}
    columns = {name: {case: cell(one) for case, one in found.items()} for name, found in verdicts.items()}
    if asked.write:
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), columns), encoding="utf-8")
    print(_as_json(verdicts) if asked.json else drawn(columns), end="")
    first = next(iter(verdicts.values())).values()
    if any(one.word is Word.NOT_RUN for one in first):
        return 4
    return 0 if all(one.good for one in first) else 1


def _run(name: str, cases: Sequence[Case]) -> dict[str, Verdict]:
    """One subject, told as it goes."""
    subject = SUBJECTS[name]
    missing = subject.missing()
    print(f"{name}: {missing or subject.version()}", file=sys.stderr)
    found = run(subject, cases)
    for case, verdict in found.items():
        if not verdict.good and not missing:
            print(f"  {case}: {verdict.word}: {verdict.detail}", file=sys.stderr)
    return found


def _as_json(verdicts: dict[str, dict[str, Verdict]]) -> str:
    """All verdicts, by subject and case."""
    told = {
        name: {
            "version": "" if SUBJECTS[name].missing() else SUBJECTS[name].version(),
            "settings": SUBJECTS[name].settings,
            "cases": {
                case: {"verdict": one.word, "as_wanted": one.good, "detail": one.detail} for case, one in found.items()
            },
        }
        for name, found in verdicts.items()
    }
    return json.dumps(told, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
