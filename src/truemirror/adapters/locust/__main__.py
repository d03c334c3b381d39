"""Start the generator: `python -m truemirror.adapters.locust RUN.json [options of Locust]`.

    RUN.json                                                     as many processes as the run says, on this machine
    RUN.json --master --master-bind-port P                       hears as many workers as the run says, on any machines
    RUN.json --worker --master-host H --master-port P            one of them, with a copy of the same file
    RUN.json --autostart --web-port P                            with Locust's web page

Rules: this process belongs to Locust. Its standard output carries our lines and nothing else; whatever Locust prints
goes to standard error. A run that cannot be made ready is said there, with exit code 2 or 4, before Locust starts.
"""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from truemirror.adapters.locust.plan import plan_of
from truemirror.adapters.locust.telling import FILE_VARIABLE, TOLD_VARIABLE
from truemirror.core.load.document import Run, run_of
from truemirror.errors import CouldNotRun, TruemirrorError


def main() -> int:
    """Check the run, then become Locust; gives back the exit code of a run that cannot be."""
    try:
        run = _read(sys.argv[1])
        plan_of(run.profile, run.addresses, run.workers, run.trust)
    except TruemirrorError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    told = os.dup(1)
    os.dup2(2, 1)
    os.environ.update({FILE_VARIABLE: str(Path(sys.argv[1]).resolve()), TOLD_VARIABLE: str(told)})
    sys.argv = ["locust", *_options(run, sys.argv[2:]), *sys.argv[2:]]
    from locust.main import main as become_locust

    become_locust()
    return 0


def _read(name: str) -> Run:
    """The run of a file. Raises CouldNotRun, FormatError."""
    try:
        return run_of(orjson.loads(Path(name).read_bytes()))
    except (OSError, orjson.JSONDecodeError) as error:
        raise CouldNotRun(f"the run cannot be read: {error}", where=name) from error


def _options(run: Run, given: Sequence[str]) -> list[str]:
    """Locust's options for a run, but for those that were given."""
    users = str(run.workers)
    here = str(Path(__file__).parent / "arrivals_user.py")
    options = ["-f", here, "--loglevel", "WARNING"]
    if "--worker" in given:
        return [*options, "--worker"]
    options += ["-u", users, "-r", users, "--only-summary"]
    if "--autostart" not in given:
        options.append("--headless")
    if "--master" in given:
        return [*options, "--expect-workers", users]
    if run.workers > 1:
        port = str(_free_port())
        options += ["--processes", users, "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        options += ["--master-port", port, "--expect-workers-max-wait", "30"]
    return options


def _free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
