"""What the generator tells whoever started it: a line of JSON for each part of the tally, one more at the end.

    {"part": {...}, "under_way": 7, "samples": []}        every second, of every worker
    {"ended": "whole", "unfinished": 0, "lost": [], "workers": ["1"]}        once, last

Rules: the parts add up to the whole tally, so what was told counts even when the generator is killed.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

FILE_VARIABLE = "TRUEMIRROR_LOAD_RUN"
"""Names the file with the run."""
TOLD_VARIABLE = "TRUEMIRROR_LOAD_TOLD"
"""The number of the file descriptor that lines go to; none when nobody listens."""


class Teller:
    """Writes lines to whoever started the generator."""

    def __init__(self, number: int | None) -> None:
        """Write to a file descriptor; to nobody when there is none."""
        self._number = number

    def part(self, told: Mapping[str, Any]) -> None:
        """A part of the tally, and what goes with it."""
        self._line(told)

    def ended(self, how: str, unfinished: int, lost: Sequence[str], workers: Sequence[str]) -> None:
        """The end."""
        self._line({"ended": how, "unfinished": unfinished, "lost": list(lost), "workers": list(workers)})

    def _line(self, told: Mapping[str, Any]) -> None:
        """One line, whole; a listener that has gone is no error of the run."""
        if self._number is None:
            return
        data = orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS) + b"\n"
        try:
            while data:
                data = data[os.write(self._number, data) :]
        except OSError:
            self._number = None


def teller() -> Teller:
    """The one that the environment names."""
    number = os.environ.get(TOLD_VARIABLE, "")
    return Teller(int(number) if number.isdigit() else None)
