"""A visitor: one person at the browser, with cookies, storage and tabs of their own, and a memory of all that happened.

Rules: everything done waits until it can be done, as a person would, and says why it could not be. Everything done is a
step, in order, with the time it took. Cookies and storage are empty at first.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from truemirror.adapters.browser import acting, keys
from truemirror.adapters.browser.around import Around
from truemirror.adapters.browser.bidi import Params, Refused
from truemirror.adapters.browser.locators import Locator, Name
from truemirror.adapters.browser.looking import Look
from truemirror.adapters.browser.tab import Element, Tab, plain
from truemirror.adapters.browser.traffic import Traffic
from truemirror.adapters.browser.waiting import Expected, matcher, not_asked
from truemirror.core.flow.trace import Call, Said, Step
from truemirror.errors import BrowserError, PageError, TruemirrorError, UsageError

if TYPE_CHECKING:
    from truemirror.adapters.browser.chromium import Chromium

KeepPicture = Callable[[str, bytes], str]
"""Is given the name of a step and the picture (PNG), gives back the name of the file."""


_PICTURE_SECONDS = 3.0
"""How long a picture of a step may take, before the step goes without."""


class Visitor:
    """One person. Made by `Chromium.visitor`; leaves with `leave`."""

    def __init__(
        self,
        browser: "Chromium",
        name: str,
        *,
        base: str,
        headers: Mapping[str, str],
        patience: float,
        keep_picture: KeepPicture | None,
        began: float,
        skew_ms: float,
    ) -> None:
        """See `Chromium.visitor`. `skew_ms`: how far the browser's clock is ahead of ours."""
        self.browser = browser
        self.name = name
        self.base = base
        self.patience = patience
        self._headers = dict(headers)
        self._keep_picture = keep_picture
        self._began = began
        self._skew_ms = skew_ms
        self._bidi = browser.bidi
        self._steps: list[Step] = []
        self._in_step = False
        self.user_context = str(self._bidi.send("browser.createUserContext")["userContext"])
        wanted = {"dataTypes": ["request", "response"], "maxEncodedDataSize": browser.options.body_limit}
        added = self._bidi.send("network.addDataCollector", {**wanted, "userContexts": [self.user_context]})
        self._collector = str(added["collector"])
        self._traffic = Traffic(self._bidi, self._collector, began * 1000 + skew_ms, browser.options.body_limit)
        self._around = Around(self._bidi, self.user_context, lambda line: self._traffic.say("warn", line))
        self._tab = Tab(self._bidi, "")

    # --- coming and going

    def arrive(self) -> None:
        """Get a first tab, with the headers, language and size that are wanted."""
        options, us = self.browser.options, {"userContexts": [self.user_context]}
        width, height = options.viewport
        if self._headers:
            headers = [{"name": name, "value": {"type": "string", "value": one}} for name, one in self._headers.items()]
            self._bidi.send("network.setExtraHeaders", {"headers": headers, **us})
        self._bidi.send("emulation.setLocaleOverride", {"locale": options.locale, **us})
        self._bidi.send("browsingContext.setViewport", {"viewport": {"width": width, "height": height}, **us})
        if folder := self.browser.downloads(self.user_context):
            allowed = {"type": "allowed", "destinationFolder": folder}
            self._bidi.send("browser.setDownloadBehavior", {"downloadBehavior": allowed, **us})
        wanted = {"type": "window", "userContext": self.user_context}
        self._tab = Tab(self._bidi, self._bidi.send("browsingContext.create", wanted)["context"])

    def leave(self) -> None:
        """Close all tabs, forget cookies and storage. What was captured stays."""
        self.browser.forget(self)
        with suppress(BrowserError, PageError, Refused):
            self._bidi.send("browser.removeUserContext", {"userContext": self.user_context})
            self._bidi.send("network.removeDataCollector", {"collector": self._collector})

    # --- what happened

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything that the pages asked for and that has ended, in the order it was asked."""
        return self._traffic.calls

    @property
    def said(self) -> tuple[Said, ...]:
        """What the pages wrote to their consoles, and errors of their scripts."""
        return self._traffic.said

    @property
    def steps(self) -> tuple[Step, ...]:
        """What this visitor did."""
        return tuple(self._steps)

    @property
    def left(self) -> int:
        """How many calls and lines were too many to keep."""
        return self._traffic.left

    @property
    def dialogs(self) -> tuple[str, ...]:
        """What the dialogs said that came up, in order."""
        return tuple(self._around.dialogs)

    @property
    def url(self) -> str:
        """The address of the page."""
        return self._tab.text("() => location.href")

    @property
    def title(self) -> str:
        """The title of the page."""
        return self._tab.text("() => document.title")

    # --- going somewhere

    def open(self, where: str = "/") -> None:
        """Open a path of the base, or a whole URL, and wait until it is loaded. Raises PageError."""
        with self.step(f"open {where}"):
            try:
                self._tab.go(urljoin(self.base, where) if self.base else where, self.patience * 3)
            except PageError as error:
                if still_open := self._traffic.still_open():
                    error.nearest = "still open: " + ", ".join(still_open[:5])
                raise

    def reload(self) -> None:
        """Load the page again. Raises PageError."""
        with self.step("reload"), self._page_errors():
            wanted = {"context": self._tab.context, "wait": "complete"}
            self._bidi.send("browsingContext.reload", wanted, seconds=self.patience * 3)

    def resize(self, width: int, height: int) -> None:
        """Give the page another size, in CSS pixels. Raises PageError."""
        with self.step(f"resize to {width} x {height}"), self._page_errors():
            wanted = {"viewport": {"width": width, "height": height}, "context": self._tab.context}
            self._bidi.send("browsingContext.setViewport", wanted)

    def back(self) -> None:
        """Go back by one page. Raises PageError."""
        with self.step("back"), self._page_errors():
            self._bidi.send("browsingContext.traverseHistory", {"context": self._tab.context, "delta": -1})

    # --- doing

    def click(self, locator: Locator) -> None:
        """Click. Raises PageError."""
        with self.step(f"click {locator}"):
            self._click(locator)

    def double_click(self, locator: Locator) -> None:
        """Click twice. Raises PageError."""
        with self.step(f"double-click {locator}"):
            look = self._tab.wait(locator, "click", self.patience)
            self._tab.press_at(look.x, look.y, times=2)

    def hover(self, locator: Locator) -> None:
        """Move the pointer over it. Raises PageError."""
        with self.step(f"hover over {locator}"):
            look = self._tab.wait(locator, "click", self.patience)
            self._tab.press_at(look.x, look.y, down=False)

    def fill(self, locator: Locator, value: str) -> None:
        """Put a text in place of what a field holds; a date is `2026-03-02`, a time `09:30`. Raises PageError."""
        shown = "•••" if acting.is_secret(locator) else repr(value)
        with self.step(f"fill {locator} with {shown}"):
            look = self._tab.wait(locator, "fill", self.patience)
            self._tab.press_at(look.x, look.y)
            left = self._tab.text(acting.FILL, Element(look.element), value)
            if left != value:
                raise PageError(f"{locator} did not take the text", nearest=f"it holds {left!r}")

    def type(self, locator: Locator, value: str) -> None:
        """Click into a field and type, key by key. Raises PageError."""
        shown = "•••" if acting.is_secret(locator) else repr(value)
        with self.step(f"type {shown} into {locator}"):
            look = self._tab.wait(locator, "fill", self.patience)
            self._tab.press_at(look.x, look.y)
            self._tab.keys(keys.typed(value))

    def press(self, *chords: str) -> None:
        """Press keys, one chord after the other, as `press("Shift+Tab", "Enter")`. Raises UsageError."""
        actions = [action for one in chords for action in keys.chord(one)]
        with self.step(f"press {' '.join(chords)}"):
            self._tab.keys(actions)

    def choose(self, locator: Locator, option: str) -> None:
        """Choose an option of a select by its label, or of a list that opens on a click. Raises PageError."""
        with self.step(f"choose {option!r} in {locator}"):
            look = self._tab.wait(locator, "click", self.patience)
            if look.tag != "select":
                self._tab.press_at(look.x, look.y)
                self._click(Locator("role", "option", option))
                return
            deadline = time.monotonic() + self.patience
            while (left := self._tab.text(acting.CHOOSE, Element(look.element), option)) != "chosen":
                if time.monotonic() >= deadline:
                    raise PageError(f"{locator} has no option {option!r} that can be chosen", nearest=left)
                time.sleep(0.05)

    def check(self, locator: Locator, *, on: bool = True) -> None:
        """Tick a checkbox, radio button or switch, or take the tick off. Raises PageError."""
        with self.step(f"{'check' if on else 'uncheck'} {locator}"):
            if self._tab.wait(locator, "click", self.patience).checked is not on:
                self._click(locator)
                missing = f"{locator} is {'not ' if on else ''}checked after a click"
                self._tab.wait(locator, "see", self.patience, lambda look: "" if look.checked is on else missing)

    def upload(self, locator: Locator, *files: str | Path) -> None:
        """Choose files in a file field. Raises PageError, UsageError for a file that is not there."""
        paths = [Path(file).resolve() for file in files]
        for path in paths:
            if not path.is_file():
                raise UsageError("there is no such file to upload", where=str(path))
        with self.step(f"upload {', '.join(path.name for path in paths)} to {locator}"), self._page_errors():
            element = {"sharedId": self._tab.wait(locator, "file", self.patience).element}
            wanted = {"context": self._tab.context, "element": element, "files": [str(path) for path in paths]}
            self._bidi.send("input.setFiles", wanted)

    @contextmanager
    def download(self) -> Iterator["Download"]:
        """Wait for the file that the block downloads; its `path` is known after the block. Raises PageError."""
        expected, mark = Download(), len(self._around.files)
        yield expected
        with self.step("download"):
            if not self._wait_until(lambda: len(self._around.files) > mark):
                raise PageError(f"nothing was downloaded within {self.patience:g} s")
            status, path = self._around.files[mark]
            if status != "complete":
                raise PageError("the download did not end well", where=status)
            expected.path = Path(path)

    @contextmanager
    def dialog(self, *, accept: bool = True, text: str | None = None) -> Iterator[None]:
        """Answer the dialog (alert, confirm, prompt) that comes up in the block. Raises PageError when none does."""
        mark = len(self.dialogs)
        self._around.answers.append((accept, text))
        yield
        with self.step("accept the dialog" if accept else "dismiss the dialog"):
            if not self._wait_until(lambda: len(self.dialogs) > mark):
                self._around.answers.clear()
                raise PageError(f"no dialog came up within {self.patience:g} s")

    # --- tabs

    @property
    def tabs(self) -> int:
        """How many tabs are open."""
        return len(self._around.tabs)

    @contextmanager
    def new_tab(self) -> Iterator[None]:
        """Wait for the tab that the block opens; after the block the visitor is in it. Raises PageError."""
        known = set(self._around.tabs)
        yield
        with self.step("go to the new tab"):
            if not self._wait_until(lambda: bool(set(self._around.tabs) - known)):
                raise PageError(f"no tab was opened within {self.patience:g} s")
            self._tab = next(tab for context, tab in self._around.tabs.items() if context not in known)

    def close_tab(self) -> None:
        """Close the tab and go to the one opened before it. Raises UsageError for the last one."""
        if self.tabs < 2:
            raise UsageError("the last tab of a visitor cannot be closed")
        with self.step("close the tab"), self._page_errors():
            closed = self._tab.context
            self._bidi.send("browsingContext.close", {"context": closed})
            self._wait_until(lambda: closed not in self._around.tabs)
            self._tab = list(self._around.tabs.values())[-1]

    # --- seeing

    def see(
        self,
        locator: Locator,
        *,
        text: Name = None,
        value: str | None = None,
        enabled: bool | None = None,
        checked: bool | None = None,
        focused: bool | None = None,
        count: int | None = None,
    ) -> None:
        """Wait until exactly one such part (or `count` of them) is seen, and is as it is wanted. Raises PageError.

        `text`: what it holds, as a part of it or a pattern; the others as a person would see them.
        """
        wishes = {"value": value, "enabled": enabled, "checked": checked, "focused": focused}
        asked = {name: wish for name, wish in wishes.items() if wish is not None}
        with self.step(acting.seeing(locator, text, asked, count)):
            if count is not None:
                self._see_count(locator, count)
                return

            def missing(look: Look) -> str:
                """What is not as it is wanted."""
                if text is not None and not acting.has(look.text, text):
                    return f"{locator} reads {look.text[:200]!r}, not {acting.shown(text)}, after {self.patience:g} s"
                for name, wish in asked.items():
                    if (was := getattr(look, name)) != wish:
                        return f"{locator} has {name} {was!r}, not {wish!r}, after {self.patience:g} s"
                return ""

            self._tab.wait(locator, "see", self.patience, missing)

    def not_see(self, locator: Locator) -> None:
        """Wait until no such part is seen. Raises PageError."""
        with self.step(f"do not see {locator}"):
            self._see_count(locator, 0)

    def is_seen(self, locator: Locator) -> bool:
        """Whether at least one such part is seen now; does not wait."""
        return self.count(locator) > 0

    def count(self, locator: Locator) -> int:
        """How many such parts are seen now; does not wait."""
        return self._tab.look(locator, "count").seen

    def text_of(self, locator: Locator) -> str:
        """What a part reads, spaces collapsed; waits until it is there. Raises PageError."""
        return self._tab.wait(locator, "see", self.patience).text

    def texts_of(self, locator: Locator) -> tuple[str, ...]:
        """What each such part reads now, in order of the page; does not wait."""
        return self._tab.look(locator, "count").texts

    def value_of(self, locator: Locator) -> str:
        """What a field holds; waits until it is there. Raises PageError."""
        return self._tab.wait(locator, "see", self.patience).value

    def focused(self) -> str:
        """What has the keyboard, as `button "Log in"`; `the page` when nothing has. Raises PageError."""
        return self._tab.text(acting.FOCUSED)

    # --- waiting by the network

    @contextmanager
    def expect_call(self, name: str, *, status: int | None = None, patience: float | None = None) -> Iterator[Expected]:
        """Wait for the answer to a call which the block causes, as `POST /v1/deals`; see `waiting.py`.

        Raises PageError when no page asks for it, or when `status` is wanted and another one came.
        """
        fits, expected, mark = matcher(name, status), Expected(name), self._traffic.mark()
        seconds = self.patience if patience is None else patience
        yield expected
        with self.step(f"wait for {name}"):
            call = self._traffic.wait_for(fits, mark, seconds)
            self._still_there()
            if call is None:
                raise not_asked(name, status, self._traffic.since(mark), seconds)
            expected.give(call)

    def settle(self, patience: float | None = None) -> None:
        """Wait until no call has been open for a quarter of a second. Raises PageError when that never comes."""
        seconds = self.patience if patience is None else patience
        with self.step("let the page settle"):
            if still_open := self.still_open(seconds):
                what = f"the page did not settle within {seconds:g} s"
                raise PageError(what, nearest="still open: " + ", ".join(still_open[:5]))

    def still_open(self, patience: float) -> tuple[str, ...]:
        """Wait as `settle` does; gives back the calls that are still open, empty for none. Raises BrowserLost."""
        still_open = self._traffic.wait_until_quiet(patience)
        self._still_there()
        return still_open

    # --- taking things along

    def run_script(self, function: str, *arguments: object) -> Any:
        """Call a function of JavaScript in the page, as `"(a) => a + 1"`; a promise is awaited. Raises PageError."""
        with self._page_errors():
            return plain(self._tab.run(function, *arguments, beside=False))

    def picture(self) -> bytes:
        """What is seen of the page, as PNG. Raises PageError."""
        with self._page_errors():
            return self._tab.picture()

    def dom(self) -> str:
        """The page as HTML, as it is now. Raises PageError."""
        return self._tab.text("() => document.documentElement.outerHTML")

    def mhtml(self) -> str:
        """The page with its styles and images, as one MHTML document. Raises PageError."""
        with self._page_errors():
            return self._tab.mhtml()

    def cookies(self) -> dict[str, str]:
        """Names and values of the cookies."""
        wanted = {"partition": {"type": "storageKey", "userContext": self.user_context}}
        with self._page_errors():
            found = self._bidi.send("storage.getCookies", wanted)["cookies"]
        return {one["name"]: one["value"]["value"] for one in found}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of the author's own, which hides those within it."""
        if self._in_step:
            yield
            return
        self._in_step, started, said = True, time.time(), ""
        try:
            yield
        except TruemirrorError as error:
            said = error.what
            raise
        finally:
            self._in_step = False
            took_ms = (time.time() - started) * 1000
            self._steps.append(Step(name, (started - self._began) * 1000, took_ms, said, self._kept_picture(name)))

    # --- events

    def concerns(self, event: str, params: Params) -> bool:
        """Whether an event is this visitor's; runs in the connection's thread."""
        return self._around.concerns(params)

    def hear(self, event: str, params: Params) -> None:
        """Take an event of this visitor's; runs in the connection's thread."""
        if not self._around.hear(event, params):
            self._traffic.hear(event, params)

    # --- inside

    def _click(self, locator: Locator) -> None:
        """Click once it can be clicked."""
        look = self._tab.wait(locator, "click", self.patience)
        self._tab.press_at(look.x, look.y)

    def _see_count(self, locator: Locator, count: int) -> None:
        """Wait until so many are seen."""
        deadline = time.monotonic() + self.patience
        while (seen := self._tab.look(locator, "count").seen) != count:
            if time.monotonic() >= deadline:
                raise PageError(f"{seen} of {locator} are seen, not {count}, after {self.patience:g} s")
            time.sleep(0.05)

    def _wait_until(self, true: Callable[[], bool]) -> bool:
        """Wait for an event that makes it true; False when it does not in time. Raises BrowserLost."""
        came = self._around.wait_until(true, self.patience)
        self._still_there()
        return came

    def _still_there(self) -> None:
        """Raise BrowserLost when the browser is gone."""
        if self._bidi.lost:
            self._bidi.send("session.status")

    def _kept_picture(self, name: str) -> str:
        """The file with the page as it is now; empty without one. A lost browser and a page that hangs have none."""
        if self._keep_picture is None or self._bidi.lost:
            return ""
        with suppress(BrowserError, PageError, Refused):
            return self._keep_picture(name, self._tab.picture(_PICTURE_SECONDS))
        return ""

    @contextmanager
    def _page_errors(self) -> Iterator[None]:
        """What the browser refuses is the page's fault here."""
        try:
            yield
        except Refused as error:
            raise PageError(f"the browser refuses: {error.message.partition(chr(10))[0]}") from error


class Download:
    """A file that was downloaded; `path` is there after the block."""

    path: Path
