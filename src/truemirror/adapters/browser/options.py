"""How the browser is started, as a value; and the arguments that follow from it.

Rules: no I/O; what is the same in two values starts the same browser.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """A browser as it is wanted."""

    headless: bool = True
    """Without a window on a screen."""
    viewport: tuple[int, int] = (1280, 900)
    """Width and height of pages in CSS pixels."""
    locale: str = "en-US"
    """The language that pages are asked for and that their dates and numbers are in."""
    rules: str = ""
    """Host-resolver-rules, as `MAP web.internal:80 127.0.0.1:4711, MAP * ~NOTFOUND`; empty: the network as it is."""
    ca: str = ""
    """The file with the certificate of a CA (PEM) whose servers are believed besides the public ones; empty: none."""
    remote: str = ""
    """The address of a Selenium Grid, as http://grid:4444; empty: a browser of this machine."""
    logs: str = ""
    """The folder that gets the log of the driver; empty: none."""
    binary: str = ""
    """The browser; empty: chromium or Google's Chrome, where the system has them; of a Grid: what its node says."""
    driver: str = ""
    """The driver; empty: chromedriver, where the system has it."""
    arguments: tuple[str, ...] = ()
    """More arguments for the browser."""
    start_seconds: float = 60.0
    """How long a start may take."""
    answer_seconds: float = 20.0
    """How long the browser may take for one answer before it counts as hung."""
    body_limit: int = 10_000_000
    """The longest body that is captured, in bytes; of a longer one only the head is known."""


def arguments_of(options: BrowserOptions, *, root: bool, profile: str, believed: str) -> tuple[str, ...]:
    """The command line of the browser.

    `root`: whether we are root, for whom chromium's sandbox does not work; `profile`: a folder of its own, empty for a
    browser elsewhere; `believed`: the digests of CAs, as `--ignore-certificate-errors-spki-list` wants them.
    """
    wanted = {
        "--headless=new": options.headless,
        "--no-sandbox": root,
        f"--user-data-dir={profile}": profile,
        f"--host-resolver-rules={options.rules}": options.rules,
        f"--ignore-certificate-errors-spki-list={believed}": believed,
    }
    width, height = options.viewport
    return (
        *(argument for argument, is_wanted in wanted.items() if is_wanted),
        f"--window-size={width},{height}",
        f"--lang={options.locale}",
        f"--accept-lang={options.locale}",
        *_ALWAYS,
        *options.arguments,
    )


_ALWAYS = (
    "--enable-blink-features=ComputedAccessibilityInfo",  # the role and name that assistive technology is told
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,HttpsUpgrades",
)
