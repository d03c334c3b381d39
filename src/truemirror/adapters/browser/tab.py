"""One tab of a visitor: scripts, looks, keys and pointer in it, with a patience for all of it.

Rules: a look that falls into a change of page is made again; only the deadline ends it. A browser that does not answer
raises BrowserLost, a page that does not do what is wanted PageError.
"""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from truemirror.adapters.browser.bidi import Bidi, Params, Refused
from truemirror.adapters.browser.locators import Locator
from truemirror.adapters.browser.looking import SCRIPT, Look, problem
from truemirror.errors import PageError

_PAUSE = 0.03
"""Seconds between two looks."""
_WORLD = "truemirror"
"""Our scripts run beside those of the page, so that neither disturbs the other."""


class Tab:
    """A tab."""

    def __init__(self, bidi: Bidi, context: str) -> None:
        """`context`: BiDi's id of it."""
        self.bidi = bidi
        self.context = context

    def go(self, url: str, seconds: float) -> None:
        """Open an address and wait until its page is loaded. Raises PageError."""
        wanted = {"context": self.context, "url": url, "wait": "complete"}
        answer = self.bidi.post("browsingContext.navigate", wanted)
        try:
            answer.result(seconds)
        except TimeoutError:
            self.bidi.wake(f"it did not open {url} within {seconds:g} s")
            raise PageError(f"the page did not load within {seconds:g} s", where=url) from None
        except Refused as error:
            raise _not_loaded(url, error) from error

    def run(self, function: str, *arguments: object, beside: bool = True, seconds: float | None = None) -> Params:
        """Call a function in the page, with JSON-like arguments; gives back BiDi's value. Raises Refused, PageError.

        `beside`: in a world of our own, where the page's own changes of built-in things do not reach.
        """
        target = {"context": self.context, **({"sandbox": _WORLD} if beside else {})}
        call: Params = {
            "functionDeclaration": function,
            "awaitPromise": True,
            "target": target,
            "arguments": [_argument(one) for one in arguments],
            "serializationOptions": {"maxDomDepth": 0},
            "userActivation": True,
        }
        answer = self.bidi.send("script.callFunction", call, seconds=seconds)
        if answer["type"] == "exception":
            raise PageError(f"the script failed: {answer['exceptionDetails'].get('text', '')}")
        result: Params = answer["result"]
        return result

    def look(self, locator: Locator, act: str) -> Look:
        """Look once. A page that changes under the look has nothing of it yet."""
        try:
            return Look.read(self.run(SCRIPT, json.dumps({"locator": locator.document(), "act": act, "scroll": True})))
        except Refused as error:
            return Look(failed="none", detail=error.message)

    def wait(self, locator: Locator, act: str, seconds: float, wanted: Callable[[Look], str] = lambda _: "") -> Look:
        """Look until nothing fails and `wanted`, which says what is missing, says nothing. Raises PageError."""
        deadline = time.monotonic() + seconds
        while True:
            look = self.look(locator, act)
            missing = "" if look.failed else wanted(look)
            if not look.failed and not missing:
                return look
            if time.monotonic() >= deadline or look.failed == "locator":
                raise PageError(missing) if missing else problem(locator, look, seconds)
            time.sleep(_PAUSE)

    def press_at(self, x: int, y: int, *, times: int = 1, down: bool = True) -> None:
        """Move the pointer there and click so many times, or only move."""
        click = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}] if down else []
        move = {"type": "pointerMove", "x": x, "y": y}
        self._perform({"type": "pointer", "id": "mouse", "actions": [move, *(click * times)]})

    def keys(self, actions: list[dict[str, Any]]) -> None:
        """Press keys."""
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def picture(self, seconds: float | None = None) -> bytes:
        """What is seen of the page, as PNG. Raises Refused, and PageError when the page hangs."""
        taken = self.bidi.send("browsingContext.captureScreenshot", {"context": self.context}, seconds=seconds)
        return base64.b64decode(taken["data"])

    def mhtml(self) -> str:
        """The whole page with its parts, as one MHTML document."""
        session = self.bidi.send("goog:cdp.getSession", {"context": self.context})["session"]
        wanted = {"method": "Page.captureSnapshot", "params": {"format": "mhtml"}, "session": session}
        return str(self.bidi.send("goog:cdp.sendCommand", wanted)["result"]["data"])

    def text(self, function: str, *arguments: object) -> str:
        """What a function of the page gives back, as text. Raises PageError."""
        try:
            return str(self.run(function, *arguments).get("value", ""))
        except Refused as error:
            raise PageError(f"the page is not there: {error.message}") from error

    def _perform(self, source: dict[str, Any]) -> None:
        """Perform actions. Raises PageError when the page goes away under them."""
        try:
            self.bidi.send("input.performActions", {"context": self.context, "actions": [source]})
        except Refused as error:
            raise PageError(f"the page went away: {error.message}") from error


def plain(value: Params) -> Any:
    """BiDi's value as a plain one: None, bool, numbers, text, lists and dicts; anything else as its type's name."""
    match value.get("type"):
        case "undefined" | "null":
            return None
        case "array" | "set" | "htmlcollection" | "nodelist":
            return [plain(one) for one in value.get("value", [])]
        case "object" | "map":
            return {str(key if isinstance(key, str) else plain(key)): plain(one) for key, one in value.get("value", [])}
        case "number" if isinstance(value["value"], str):
            return float(value["value"])  # as NaN and Infinity
    return value.get("value", value.get("type"))


def _argument(value: object) -> Params:
    """A plain value, or the id of an element as `Element`, as BiDi's argument."""
    if isinstance(value, Element):
        return {"sharedId": value.number}
    if value is None:
        return {"type": "null"}
    if isinstance(value, bool):
        return {"type": "boolean", "value": value}
    if isinstance(value, int | float):
        return {"type": "number", "value": value}
    if isinstance(value, list | tuple):
        return {"type": "array", "value": [_argument(one) for one in value]}
    if isinstance(value, dict):
        return {"type": "object", "value": [[str(key), _argument(one)] for key, one in value.items()]}
    return {"type": "string", "value": str(value)}


class Element:
    """An element that was found, as an argument for a script."""

    def __init__(self, number: str) -> None:
        """`number`: BiDi's id."""
        self.number = number


def _not_loaded(url: str, error: Refused) -> PageError:
    """Why a page did not load, in plain words."""
    if "ERR_NAME_NOT_RESOLVED" in error.message:
        fix = "name the host in `hosts` of a service of the configuration, so that a mirror answers for it"
        return PageError("this host is not mirrored, and nothing else can be reached", where=url, fix=fix)
    return PageError(f"the page cannot be opened: {error.message.removeprefix('net::')}", where=url)
