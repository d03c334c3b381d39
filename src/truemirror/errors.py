"""Every error truemirror raises on purpose, and the exit code each one ends in.

    TruemirrorError
    ├── UsageError            the command line or the configuration is wrong          exit 2
    │   └── ConfigError       a key, a value, a file of the configuration
    ├── CouldNotRun           something outside failed us                             exit 4
    │   ├── FormatError       a mirror or contract file cannot be read
    │   ├── StoreError        the disk refused: full, read-only, not ours
    │   ├── UpstreamError     the recorded service cannot be reached
    │   ├── PortError         an address is taken or may not be bound
    │   ├── ServiceError      a service did not start or did not become healthy
    │   └── BrowserError      the browser is not there, or of another version than its driver
    │       └── BrowserLost   the browser or its driver broke or stopped answering in the middle
    └── Broken                what was promised does not hold                         exit 1
        ├── MirrorMiss        no recording answers this request
        ├── PageError         a page is not as a flow expects it
        └── NetworkClosed     an isolated test tried to leave the process

Rules: an error says what happened, where, the nearest thing that would have worked, and what to do.
A command catches only TruemirrorError; anything else is a defect of ours.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means; scripts rely on these numbers."""

    KEPT = 0
    """All promises hold; the gate allows."""
    BROKEN = 1
    """A promise is broken; the gate blocks."""
    USAGE = 2
    """The command or its configuration is wrong."""
    UNKNOWN = 3
    """Not enough evidence to say."""
    COULD_NOT_RUN = 4
    """Something outside failed before there was an answer."""


class TruemirrorError(Exception):
    """An error with its place and its remedy.

    `what` happened (a sentence without its full stop), `where` (file, line, field, operation; may be empty),
    `nearest` (what would have worked; may be empty) and `fix` (what to do next; may be empty).
    """

    exit_code: ExitCode = ExitCode.COULD_NOT_RUN

    def __init__(self, what: str, *, where: str = "", nearest: str = "", fix: str = "") -> None:
        """Keep the four parts; the text is made from them."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.nearest = nearest
        self.fix = fix

    def __str__(self) -> str:
        """All parts that are there, a line each."""
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.nearest:
            lines.append(f"  nearest: {self.nearest}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)

    def __eq__(self, other: object) -> bool:
        """Equal when kind and all parts are equal, so that tests can compare errors as values."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """By kind and text, which the parts determine."""
        return hash((type(self), str(self)))


class UsageError(TruemirrorError):
    """The command line is wrong."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """The configuration is wrong: a key, a value or the file itself."""


class CouldNotRun(TruemirrorError):
    """Something outside failed before there was an answer."""


class FormatError(CouldNotRun):
    """A mirror or contract file is corrupt, hostile, or newer than this truemirror."""


class StoreError(CouldNotRun):
    """The disk refused: full, read-only, or held by another recorder."""


class UpstreamError(CouldNotRun):
    """The service behind the recorder cannot be reached or does not speak HTTP."""


class PortError(CouldNotRun):
    """An address is taken or may not be bound."""


class ServiceError(CouldNotRun):
    """A service did not start or did not become healthy."""


class BrowserError(CouldNotRun):
    """The browser or its driver is not there, or they do not fit each other."""


class BrowserLost(BrowserError):
    """The browser or its driver broke or stopped answering: it says nothing about the pages, another try may."""


class Broken(TruemirrorError):
    """What was promised does not hold."""

    exit_code = ExitCode.BROKEN


class MirrorMiss(Broken):
    """No recording answers this request."""


class PageError(Broken):
    """A page does not show, allow or ask for what a flow expects."""


class NetworkClosed(Broken):
    """An isolated test tried to reach a host that is neither mirrored nor allowed."""
