"""Hypothesis strategies from schemas and contracts: what conforms, what breaks one promise, whole requests and answers.

    @given(answers_of("tags", "GET /v1/tags/{tag_id}", 200))
    def test_the_parser_survives_every_answer(answer):
        parse(answer.json())

Rules: Hypothesis is imported when the first strategy is asked for, and a suite without it is told how to get it; what
cannot be drawn (a schema without values, an operation that is not there) is an error at once, not a failing test.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truemirror.errors import CouldNotRun

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from truemirror.testing.drawn import Answer, Asked


def values_of(
    schema: Any,
    *,
    dialect: str | None = None,
    formats: bool = True,
    documents: Mapping[str, Any] | None = None,
) -> SearchStrategy[Any]:
    """JSON values that conform to a JSON Schema.

    `dialect` is the draft (`draft4`, `draft6`, `draft7`, `2019-09`, `2020-12`) of a schema that does not say; `formats`
    says whether texts have their format; `documents` are those that references lead to, by URI. Raises SchemaError for
    a schema that is none, UsageError for one that no value conforms to.
    """
    _need_hypothesis()
    from truemirror.testing.drawing.schemas import Wanted, conforming

    return conforming(Wanted(schema, dialect, formats, documents or {}))


def breaking_values_of(
    schema: Any,
    *,
    dialect: str | None = None,
    formats: bool = True,
    documents: Mapping[str, Any] | None = None,
) -> SearchStrategy[Any]:
    """JSON values that break exactly one promise of a JSON Schema and keep all others; see `values_of`.

    Which promise a failing example breaks is noted beside it. Raises UsageError for a schema that nothing breaks.
    """
    _need_hypothesis()
    from truemirror.testing.drawing.schemas import Wanted, breaking

    return breaking(Wanted(schema, dialect, formats, documents or {}))


def answers_of(
    service: str,
    operation: str,
    status: int | None = None,
    *,
    version: str | None = None,
    root: Path | None = None,
) -> SearchStrategy[Answer]:
    """Whole answers that a contract allows: status, headers and body; what a consumer has to cope with.

    `operation` is spelt as in the contract (`GET /v1/tags/{tag_id}`); without a `status` all that are declared are
    drawn. The contract is the one in force in the project of `root`, or of the working directory; or that `version`.
    Raises UsageError, with what is nearest, and FormatError.
    """
    _need_hypothesis()
    from truemirror.testing.drawing.exchanges import Exchanges

    return Exchanges.of(service, operation, version, root).answers(status)


def requests_of(
    service: str, operation: str, *, version: str | None = None, root: Path | None = None
) -> SearchStrategy[Asked]:
    """Valid requests of an operation, with nothing in them that the contract does not declare; see `answers_of`.

    They carry no credentials but those that the contract declares as parameters.
    """
    _need_hypothesis()
    from truemirror.testing.drawing.exchanges import Exchanges

    return Exchanges.of(service, operation, version, root).requests()


def breaking_requests_of(
    service: str, operation: str, *, version: str | None = None, root: Path | None = None
) -> SearchStrategy[Asked]:
    """Requests whose JSON body breaks exactly one promise: a provider should refuse each; see `requests_of`."""
    _need_hypothesis()
    from truemirror.testing.drawing.exchanges import Exchanges

    return Exchanges.of(service, operation, version, root).breaking_requests()


def _need_hypothesis() -> None:
    """See that Hypothesis is there. Raises CouldNotRun."""
    try:
        import hypothesis  # noqa: F401  # only whether it is there
    except ImportError:
        raise CouldNotRun("strategies need Hypothesis", fix="pip install hypothesis") from None
