"""Operations: a method and a path template, found from concrete paths where no contract names them.

Rules: a segment is a parameter when its shape says that it names one thing among many: digits, UUIDs, long hex,
dates, or letters joined to digits (`d42`, `deal_0042`). A version segment (`v1`) is never one.
"""

import re
from functools import lru_cache

_VERSION = re.compile(r"v\d{1,3}(\.\d+)?\Z")
_PARAMETER = re.compile(
    r"""(?: -?\d+                                   # 42
        | \d{4}-\d{2}(-\d{2})?                      # a date
        | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}   # a UUID
        | [0-9a-f]{12,}                             # long hex
        | [A-Za-z]{1,16}[-_:]?\d[\w-]*              # d42, deal_0042, tok-9f3
        | (?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}  # long and mixed
        )\Z""",
    re.VERBOSE | re.IGNORECASE,
)

PARAMETER = "{}"
"""How a parameter is written in a template that no contract named."""


def looks_like_parameter(segment: str) -> bool:
    """Whether a path segment names one thing among many."""
    return bool(_PARAMETER.match(segment)) and not _VERSION.match(segment)


@lru_cache(maxsize=16_384)
def template_of(path: str) -> str:
    """The path with every parameter-like segment replaced by `{}`."""
    return "/".join(PARAMETER if looks_like_parameter(segment) else segment for segment in path.split("/"))


def operation_of(method: str, path: str) -> str:
    """The operation's name: `GET /v1/deals/{}`."""
    return f"{method.upper()} {template_of(path)}"


def nameless(operation: str) -> str:
    """An operation whose parameters have no names, as recordings know it: `GET /v1/tags/{}`."""
    return "/".join(PARAMETER if step.startswith("{") and step.endswith("}") else step for step in operation.split("/"))
