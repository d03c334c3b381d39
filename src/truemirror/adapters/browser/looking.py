"""What was seen when a part of a page was looked for, and the words for why it cannot be acted on.

Rules: values only; the page decides (`look.js`), this says it.
"""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truemirror.adapters.browser.bidi import Params
from truemirror.adapters.browser.locators import Locator
from truemirror.errors import PageError

_FILE = Path(__file__).with_name("look.js").read_text("utf-8")
SCRIPT = _FILE[_FILE.index("async (asked)") :]
"""The function that looks, as the page runs it."""
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Look:
    """One look."""

    failed: str = ""
    """Which check: none, many, hidden, disabled, read-only, moving, covered, outside, locator; empty: all passed."""
    detail: str = ""
    found: int = 0
    """How many fit, seen or not."""
    seen: int = 0
    """How many of them a person sees."""
    names: tuple[str, ...] = ()
    """The names that parts of this kind have on the page."""
    texts: tuple[str, ...] = ()
    """What is written in each of those seen."""
    role: str = ""
    name: str = ""
    tag: str = ""
    type: str = ""
    text: str = ""
    value: str = ""
    enabled: bool = True
    checked: bool = False
    focused: bool = False
    x: int = 0
    y: int = 0
    element: str = ""
    """BiDi's id of the element."""

    @classmethod
    def read(cls, result: Params) -> "Look":
        """From what the page gave back."""
        told, element = result["value"]
        document: dict[str, Any] = json.loads(told["value"])
        document["names"] = tuple(document.get("names", ()))
        document["texts"] = tuple(document.get("texts", ()))
        return cls(**document, element=element.get("sharedId", ""))


def problem(locator: Locator, look: Look, seconds: float) -> PageError:
    """Why nobody can act on it, after so many seconds of looking."""
    waited = f"after {seconds:g} s"
    words = {
        "none": f"there is no {locator} {waited}",
        "many": f"there are {look.seen or look.found} of {locator}: which one is meant?",
        "hidden": f"{locator} is there but cannot be seen {waited}",
        "disabled": f"{locator} is disabled {waited}",
        "read-only": f"{locator} is read-only {waited}",
        "moving": f"{locator} does not stand still {waited}",
        "covered": f"{locator} is covered by {look.detail or 'something'} {waited}",
        "outside": f"{locator} lies outside the page, where nobody can scroll to, {waited}",
        "locator": f"{locator} cannot be looked for: {look.detail}",
    }
    what = words.get(look.failed, f"{locator}: {look.failed}")
    if look.failed == "many":
        fix = "narrow it with within(...), having(...) or nth(n)"
        return PageError(what, nearest=look.detail, fix=fix)
    return PageError(what, nearest=_nearest(locator, look) if look.failed == "none" else "")


def _nearest(locator: Locator, look: Look) -> str:
    """The names on the page that are most like the wanted one."""
    if not look.names:
        return "the page has nothing of this kind"
    wanted = _name_in(locator)
    ranked = sorted(look.names, key=lambda name: -difflib.SequenceMatcher(None, wanted.lower(), name.lower()).ratio())
    return ", ".join(f'"{name[:80]}"' for name in ranked[:_NEAREST])


def _name_in(locator: Locator) -> str:
    """The name, pattern or id that is looked for."""
    if locator.by == "within" and locator.inner:
        return _name_in(locator.inner)
    if locator.outer:
        return _name_in(locator.outer)
    name = locator.name
    return name if isinstance(name, str) else name.pattern if name else locator.value
