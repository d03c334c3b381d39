"""Page objects: a page with an address and a sign that it is there, and regions within pages.

Rules: pages and regions act and tell; what a test expects stands in the test. `open` returns once `loaded` is seen.
"""

from typing import ClassVar, Self

from truemirror.adapters.browser.locators import Locator, within
from truemirror.adapters.browser.visitor import Visitor


class Page:
    """One page of an application."""

    path: ClassVar[str] = "/"
    """Where it is, relative to the visitor's base; `{name}` is filled in by `open(name=...)`."""
    loaded: ClassVar[Locator | None] = None
    """What is seen once it can be used."""

    def __init__(self, visitor: Visitor) -> None:
        """The page as this visitor sees it; nothing is opened."""
        self.visitor = visitor

    def open(self, **values: object) -> Self:
        """Open it and wait until it is loaded. Raises PageError."""
        self.visitor.open(self.path.format(**values) if values else self.path)
        return self.wait()

    def wait(self) -> Self:
        """Wait until it is loaded, as after a click that leads here. Raises PageError."""
        if self.loaded is not None:
            self.visitor.see(self.loaded)
        return self


class Region:
    """A part of a page that has a name of its own, as a table or a form; it may hold further regions."""

    root: ClassVar[Locator | None] = None
    """Where it is."""

    def __init__(self, page: "Page | Region", root: Locator | None = None) -> None:
        """The region of this page, or inside another one; `root`: where, if not as the class says."""
        self.page = page
        self.visitor: Visitor = page.visitor
        place = root or self.root
        if place is None:
            raise TypeError(f"{type(self).__name__} says nowhere where it is: set `root`")
        self.place: Locator = within(page.place, place) if isinstance(page, Region) else place

    def part(self, locator: Locator) -> Locator:
        """A part of this region."""
        return within(self.place, locator)

    def wait(self) -> Self:
        """Wait until it is seen. Raises PageError."""
        self.visitor.see(self.place)
        return self
