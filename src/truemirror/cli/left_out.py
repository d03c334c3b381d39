"""What could not be carried into another tool's format, told on standard error.

Rules: entries that lack the same for the same reason are told once, with the first of them and how many more; a remedy
is told with its reason.
"""

from collections.abc import Sequence
from itertools import islice

import click

from truemirror.core.foreign.carried import LeftOut

_SHOWN = 40


def tell_left_out(left_out: Sequence[LeftOut], opening: str) -> None:
    """One line for each cause, in the order of their first entries."""
    causes: dict[tuple[str, str, str], list[LeftOut]] = {}
    for one in left_out:
        causes.setdefault((one.part, one.why, one.fix), []).append(one)
    for (part, why, fix), entries in islice(causes.items(), _SHOWN):
        more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
        click.echo(f"{opening}: {entries[0].entry}{more}: {part}: {why}", err=True)
        if fix:
            click.echo(f"  fix: {fix}", err=True)
    if len(causes) > _SHOWN:
        rest = sum(len(entries) for entries in islice(causes.values(), _SHOWN, None))
        click.echo(f"and {rest} more; --json lists all", err=True)
