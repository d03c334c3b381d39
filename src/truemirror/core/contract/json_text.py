"""JSON text as values, numbers exact.

Rules: what is not JSON is a ValueError that says why, however it is broken: too deep, not UTF-8, NaN.
"""

import json
import re
from typing import Any

import orjson

_LONG_NUMBER = re.compile(rb"\d{19}")


def read_json(text: bytes) -> Any:
    """The value of a JSON text. Raises ValueError."""
    if not _LONG_NUMBER.search(text):
        return orjson.loads(text)
    try:  # orjson would turn integers beyond 64 bits into floats
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair is no character
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> Any:
    """NaN and the infinities are not JSON."""
    raise ValueError(f"{name} is no JSON value")
