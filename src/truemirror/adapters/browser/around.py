"""What opens around a visitor's pages, told by events: tabs, dialogs and downloads.

Rules: events come in the connection's thread, others wait for them with a deadline. A dialog is answered at once, since
the page stands still until then: as it was announced, else it is dismissed and told.
"""

import time
from collections.abc import Callable
from threading import Condition

from truemirror.adapters.browser.bidi import Bidi, Params
from truemirror.adapters.browser.tab import Tab


class Around:
    """Tabs, dialogs and downloads of one visitor."""

    def __init__(self, bidi: Bidi, user_context: str, tell: Callable[[str], None]) -> None:
        """`tell` is given a line about a dialog that nobody expected."""
        self._bidi = bidi
        self._user_context = user_context
        self._tell = tell
        self._changed = Condition()
        self._frames: set[str] = set()
        self.tabs: dict[str, Tab] = {}
        """By BiDi's id, in the order they were opened."""
        self.files: list[tuple[str, str]] = []
        """Status and path of each download that ended."""
        self.dialogs: list[str] = []
        """What dialogs said."""
        self.answers: list[tuple[bool, str | None]] = []
        """Whether to accept the next dialogs, and what to type into them."""

    def concerns(self, params: Params) -> bool:
        """Whether an event is this visitor's."""
        if params.get("userContext"):
            return bool(params["userContext"] == self._user_context)
        context = params.get("context") or (params.get("source") or {}).get("context")
        return context in self._frames

    def hear(self, event: str, params: Params) -> bool:
        """Take an event; whether it was one of these."""
        takes = {
            "browsingContext.contextCreated": self._opened,
            "browsingContext.contextDestroyed": self._closed,
            "browsingContext.userPromptOpened": self._answer,
            "browsingContext.downloadWillBegin": lambda _: None,
            "browsingContext.downloadEnd": self._downloaded,
        }
        if event not in takes:
            return False
        with self._changed:
            takes[event](params)
            self._changed.notify_all()
        return True

    def wait_until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait for an event that makes it true; False when it does not in time, or the browser is lost."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not true():
                left = deadline - time.monotonic()
                if left <= 0 or self._bidi.lost:
                    return False
                self._changed.wait(min(left, 0.5))
        return True

    def _opened(self, params: Params) -> None:
        """A tab, or a frame in one."""
        self._frames.add(params["context"])
        if not params.get("parent"):
            self.tabs.setdefault(params["context"], Tab(self._bidi, params["context"]))

    def _closed(self, params: Params) -> None:
        """A tab or a frame is gone; what it still asked for may yet be told."""
        self.tabs.pop(params["context"], None)

    def _downloaded(self, params: Params) -> None:
        """A download ended."""
        self.files.append((params.get("status", ""), params.get("filepath") or ""))

    def _answer(self, params: Params) -> None:
        """Answer a dialog."""
        message, kind = str(params.get("message", "")), params.get("type")
        is_expected = bool(self.answers)
        accept, text = self.answers.pop(0) if is_expected else (kind == "beforeunload", None)
        self.dialogs.append(message)
        wanted: Params = {"context": params["context"], "accept": accept}
        self._bidi.post("browsingContext.handleUserPrompt", wanted | ({} if text is None else {"userText": text}))
        if not is_expected and kind != "beforeunload":
            self._tell(f"a dialog that the test did not expect: {message}")
