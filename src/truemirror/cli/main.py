"""The `truemirror` command: finds the sub-command, turns errors into text and exit codes.

Rules: a sub-command's module is imported only when it is called, so that `--help` stays fast; only TruemirrorError is
caught, everything else is a defect of ours and says so in one line with where to look.
"""

import importlib
import os
import sys
from typing import Any

import click

from truemirror import __version__
from truemirror.cli.signals import unwinding
from truemirror.errors import ExitCode, TruemirrorError

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("truemirror.cli.init", "Set this project up: configuration, folders, a first isolated test."),
    "record": ("truemirror.cli.record", "Record a running service into its mirror."),
    "noise": ("truemirror.cli.noise", "Find what varies by itself in a service's answers."),
    "serve": ("truemirror.cli.serve", "Answer from mirrors, as servers."),
    "import": ("truemirror.cli.import_", "Carry another tool's recordings over into a mirror."),
    "export": ("truemirror.cli.export", "Write a mirror in another tool's format."),
    "flow": ("truemirror.cli.flow", "Show which values flow from answers into later requests."),
    "infer": ("truemirror.cli.infer", "Write a first contract version from a mirror."),
    "publish": ("truemirror.cli.publish", "Promise a contract version, under a number that its change deserves."),
    "check": ("truemirror.cli.check", "Hold mirrors and contracts against each other."),
    "diff": ("truemirror.cli.diff", "Compare two versions of a schema or contract, and prove what breaks."),
    "verify": ("truemirror.cli.verify", "Ask a live provider its recorded conversations again, and attack it."),
    "coverage": ("truemirror.cli.coverage", "Say what is recorded of each contract, how old it is, and what is used."),
    "up": ("truemirror.cli.up", "Start the system, each service live or mirrored."),
    "load": ("truemirror.cli.load", "Load runs whose verdict can be believed."),
    "gate": ("truemirror.cli.gate", "Everything this repository has, in one verdict."),
}
"""Each command's module, whose click command is called `command`, and the line that `--help` shows for it."""


TRACEBACK = "TRUEMIRROR_TRACEBACK"
"""The environment variable that shows a defect's traceback instead of one line about it."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and give its command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1, cutoff=0.4)
            hint = f" Did you mean '{near[0]}'?" if near else " `truemirror --help` lists all."
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 kept or allowed, 1 broken or blocked, 2 wrong usage, 3 unknown, 4 could not run.",
)
@click.version_option(__version__, "-V", "--version", prog_name="truemirror")
def cli() -> None:
    """Record each service once, test every other service alone, and know which change breaks whom.

    \b
    Example:
      truemirror record tags --upstream http://127.0.0.1:8001 -- python drive.py
      truemirror serve tags --port 9001
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; a polite kill ends it as Ctrl-C does, nothing left running."""
    with unwinding():
        code = run(arguments)
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; gives back the exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="truemirror", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except click.Abort:
        click.echo("interrupted", err=True)
        return 130
    except TruemirrorError as error:
        _tell("error", str(error))
        return int(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away; nothing to say to it
        return int(ExitCode.KEPT)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        _tell("defect", f"{type(error).__name__}: {error} ({_place(error)}); {TRACEBACK}=1 shows the whole story")
        return int(ExitCode.COULD_NOT_RUN)
    return int(result) if isinstance(result, int) else int(ExitCode.KEPT)


def _tell(kind: str, text: str) -> None:
    """Say what went wrong on standard error, where there is one."""
    label = f"{kind}: " if os.environ.get("NO_COLOR") else click.style(f"{kind}: ", fg="red", bold=True)
    click.echo(label + text, err=True)


def _place(error: BaseException) -> str:
    """The last line of ours that an unexpected error went through."""
    place, trace, package = "", error.__traceback__, __name__.partition(".")[0]
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == package:
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
