"""The two envelopes of every answer: the collection and the error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from crm.common.errors import Problem
from crm.common.pagination import Page
from crm.common.trace import trace_id


def collection(items: Sequence[Any], total: int, page: Page) -> JSONResponse:
    """Answer with one page of a collection."""
    metadata = {"total": total, "limit": page.limit, "offset": page.offset}
    return JSONResponse({"items": list(items), "metadata": metadata})


def resource(body: Any, status: int = 200) -> JSONResponse:
    """Answer with one resource."""
    return JSONResponse(body, status_code=status)


def nothing() -> Response:
    """Answer that it is done and there is no more to say."""
    return Response(status_code=204)


def problem(error: Problem) -> JSONResponse:
    """Answer with an error, in the one shape that all services share."""
    details = [{"field": d.field, "code": d.code, "message": d.message} for d in error.details]
    body = {"code": error.code, "message": error.message, "details": details, "trace_id": trace_id()}
    return JSONResponse({"error": body}, status_code=error.status, headers=dict(error.headers))
