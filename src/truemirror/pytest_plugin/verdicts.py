"""What becomes of a test whose code asked for something that was not there.

Rules: a miss or a closed door breaks the test even when the code under test swallowed the exception, and is told with
the phase in which it happened. A test that failed already keeps its own failure and is told the rest beside it.
"""

from collections.abc import Iterator
from typing import Any

from truemirror.errors import TruemirrorError

_SECTION = "mirrors"


def judge(report: Any, call: Any, problems: list[TruemirrorError]) -> list[str]:
    """Take the problems of one phase into its report; gives back their texts, and leaves none."""
    if not problems or (report.when == "setup" and report.passed):
        return []
    raised = set(map(id, _chain(call.excinfo.value))) if call.excinfo is not None else set()
    texts = list(dict.fromkeys(str(one) for one in problems))
    others = list(dict.fromkeys(str(one) for one in problems if id(one) not in raised))
    problems.clear()
    if report.passed:
        report.outcome = "failed"
        report.longrepr = "\n\n".join((*others, "(the code under test swallowed the exception)"))
    elif report.failed and others:
        report.sections.append((_SECTION, "\n\n".join(("beside it, this went wrong:", *others))))
    return texts


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and everything it came from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
