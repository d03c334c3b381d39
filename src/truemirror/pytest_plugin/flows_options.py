"""The options and markers of flows.

Rules: imported whenever pytest starts, so it imports nothing but pytest; names begin with `--flows`, for pytest runs in
projects that have options of their own.
"""

import pytest

MARKERS = (
    "harmless: this flow changes nothing, so it may run against a sensitive environment",
    "own_browser: give this flow a browser of its own",
    "allow_errors(*parts): let the pages of this flow say errors and fail loads that hold one of these parts; any, when"
    " none is named",
)
TARGETS = ("mirror", "live", "mix")
"""`truemirror.core.flow.trace.Target`, written out so that pytest starts without it."""


def add_options(parser: pytest.Parser) -> None:
    """What can be asked for on the command line."""
    group = parser.getgroup("truemirror-flows", "flows in a browser (truemirror)")
    add = group.addoption
    add("--flows-target", choices=TARGETS, default=None, help="what stands behind the pages of flows (mirror)")
    add(
        "--flows-live",
        action="append",
        default=[],
        metavar="SERVICE[,..]",
        help="with the target mix: run these services themselves, the rest from mirrors",
    )
    add("--flows-environment", metavar="NAME", default="", help="run flows against an environment of the configuration")
    add("--flows-headed", action="store_true", help="show the browser's window")
    add("--flows-viewport", metavar="WxH", default="1280x900", help="the size of pages (1280x900)")
    add("--flows-locale", metavar="LOCALE", default="en-US", help="the language that the browser asks for (en-US)")
    add("--flows-remote", metavar="URL", default="", help="use a browser of this Selenium Grid")
    add("--flows-traces", metavar="DIR", default="", help="where traces and failure pages go (report/flows)")
    add(
        "--flows-retries",
        metavar="N",
        type=int,
        default=2,
        help="how often a flow is tried again after the browser broke (2)",
    )
    add("--flows-fail-on-flaky", action="store_true", help="let the run fail when a flow passed only on another try")
    add("--flows-report", metavar="FILE", default="", help="write how every flow stands, a line of JSON each")


def is_asked(config: pytest.Config) -> bool:
    """Whether any option about the target was given, so that its mistakes are told before anything runs."""
    names = ("--flows-target", "--flows-live", "--flows-environment")
    return any(config.getoption(name) for name in names) or config.getoption("--flows-viewport") != "1280x900"
