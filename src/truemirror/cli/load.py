"""`truemirror load`: run a profile, make one from recordings, find who spends the time.

Rules: a first word that is no sub-command is a profile, so that `truemirror load public-flow` runs it.
"""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "run": ("truemirror.cli.load_run", "Run a profile; `truemirror load PROFILE` is the same."),
    "bisect": ("truemirror.cli.load_bisect", "Find the service that spends the time."),
    "derive": ("truemirror.cli.load_derive", "Make a profile from what was recorded."),
}
_RUN = "run"


class _Load(click.Group):
    """A group that runs a profile unless another sub-command is named; modules are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the sub-command's module."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        command.short_help = _COMMANDS[cmd_name][1]
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the implied word in front."""
        if args and args[0] not in _COMMANDS and args[0] not in ("--help", "-h") and _RUN in _COMMANDS:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Load, options_metavar="")
def command() -> None:
    """Load runs whose verdict can be believed.

    A first word that is no command is a profile: `truemirror load public-flow` runs it.

    \b
    Examples:
      truemirror load public-flow
      truemirror load bisect public-flow
      truemirror load derive public-api -o load/public-flow.toml
    """
