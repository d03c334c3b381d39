"""Commands that take another command after `--`.

Rules: what stands after the first `--` is never read as an option or an argument of ours.
"""

import click

_COMMAND = "truemirror.after_dashes"
"""Where a context keeps what stands after `--`."""


class WithCommand(click.Command):
    """A command whose arguments end at `--`; what follows is kept in the context."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what follows `--` away before the parser sees it."""
        end = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[end + 1 :])
        return super().parse_args(ctx, args[:end])


def command_of(ctx: click.Context) -> tuple[str, ...]:
    """What stands after `--`; empty when nothing does."""
    found: tuple[str, ...] = ctx.meta[_COMMAND]
    return found
