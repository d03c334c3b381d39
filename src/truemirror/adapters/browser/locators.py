"""How a part of a page is named: by its role and accessible name first, as a person or a screen reader would.

Rules: values only. A name is the whole accessible name, spaces collapsed; a compiled pattern finds within it. What is
matched where is decided in the page, by `look.js`.
"""

import re
from dataclasses import dataclass
from typing import Any

Name = str | re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Locator:
    """Names one part of a page (or several, for counting)."""

    by: str
    """role, field, text, testid, css, within, having, nth."""
    value: str = ""
    """The role, test id or selector."""
    name: Name = None
    level: int = 0
    """Of a heading, 1 to 6; 0: any."""
    index: int = 0
    outer: "Locator | None" = None
    inner: "Locator | None" = None

    def __str__(self) -> str:
        """In words, as `button "Log in"`."""
        if self.by == "within":
            return f"{self.inner} within {self.outer}"
        if self.by == "having":
            return f"{self.outer} having {self.inner}"
        if self.by == "nth":
            return f"{self.outer} number {self.index}"
        what = {"role": f"{self.value}", "field": "field", "text": "text", "testid": "test id", "css": "css"}[self.by]
        level = f" of level {self.level}" if self.level else ""
        named = f" {self.value}" if self.by in ("testid", "css") else _words(self.name)
        return f"{what}{level}{named}"

    def within(self, outer: "Locator") -> "Locator":
        """The same inside another part."""
        return within(outer, self)

    def having(self, inner: "Locator") -> "Locator":
        """The same, only where it holds another part."""
        return Locator("having", outer=self, inner=inner)

    def nth(self, number: int) -> "Locator":
        """The one of this number, from 1; negative ones count from the end."""
        return Locator("nth", outer=self, index=number)

    def document(self) -> dict[str, Any]:
        """As `look.js` reads it."""
        return {
            "by": self.by,
            "value": self.value,
            "name": _name(self.name),
            "level": self.level,
            "index": self.index,
            "outer": self.outer.document() if self.outer else None,
            "inner": self.inner.document() if self.inner else None,
        }


def role(value: str, name: Name = None) -> Locator:
    """Anything by its ARIA role, as `role("tab", "History")`."""
    return Locator("role", value, name)


def button(name: Name = None) -> Locator:
    """A button by its accessible name."""
    return role("button", name)


def link(name: Name = None) -> Locator:
    """A link by its accessible name."""
    return role("link", name)


def heading(name: Name = None, level: int = 0) -> Locator:
    """A heading by its text, and level if wanted."""
    return Locator("role", "heading", name, level=level)


def checkbox(name: Name = None) -> Locator:
    """A checkbox by its label."""
    return role("checkbox", name)


def radio(name: Name = None) -> Locator:
    """A radio button by its label."""
    return role("radio", name)


def row(name: Name = None) -> Locator:
    """A row of a table; `row().having(text("Ada"))` finds the one that holds something."""
    return role("row", name)


def listitem(name: Name = None) -> Locator:
    """An entry of a list."""
    return role("listitem", name)


def dialog(name: Name = None) -> Locator:
    """A dialog inside the page."""
    return role("dialog", name)


def alert() -> Locator:
    """A message that assistive technology reads at once."""
    return role("alert")


def field(label: Name = None) -> Locator:
    """Whatever takes input, by its label: text, password, number, date, select, textarea, file."""
    return Locator("field", name=label)


def text(words: Name) -> Locator:
    """The innermost element with this text."""
    return Locator("text", name=words)


def testid(value: str) -> Locator:
    """An element by its `data-testid`."""
    return Locator("testid", value)


testid.__test__ = False  # type: ignore[attr-defined]  # pytest takes what begins with test for one


def css(selector: str) -> Locator:
    """An element by a CSS selector: the way out, where nothing a person sees names it."""
    return Locator("css", selector)


def within(outer: Locator, inner: Locator) -> Locator:
    """A part inside another part."""
    return Locator("within", outer=outer, inner=inner)


def _words(name: Name) -> str:
    """A name in words."""
    if name is None:
        return ""
    return f' "{name}"' if isinstance(name, str) else f" /{name.pattern}/"


def _name(name: Name) -> dict[str, str] | None:
    """A name as `look.js` reads it."""
    if name is None:
        return None
    if isinstance(name, str):
        return {"text": " ".join(name.split())}
    flags = "".join(letter for letter, flag in (("i", re.I), ("m", re.M), ("s", re.S)) if name.flags & flag)
    return {"pattern": name.pattern, "flags": flags + "u"}
