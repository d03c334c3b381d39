"""What the author of a flow suite imports: locators, pages, regions, and the visitor's type.

Rules: names only; the work is done in `truemirror.adapters.browser`. Needs `pip install "truemirror[flows]"`.
"""

from truemirror.adapters.browser.chromium import Chromium
from truemirror.adapters.browser.locators import (
    Locator,
    alert,
    button,
    checkbox,
    css,
    dialog,
    field,
    heading,
    link,
    listitem,
    radio,
    role,
    row,
    testid,
    text,
    within,
)
from truemirror.adapters.browser.options import BrowserOptions
from truemirror.adapters.browser.pages import Page, Region
from truemirror.adapters.browser.visitor import Download, Visitor
from truemirror.adapters.browser.waiting import Expected
from truemirror.core.flow.trace import Call, Said, Step
from truemirror.errors import BrowserError, BrowserLost, PageError

__all__ = [
    "BrowserError",
    "BrowserLost",
    "BrowserOptions",
    "Call",
    "Chromium",
    "Download",
    "Expected",
    "Locator",
    "Page",
    "PageError",
    "Region",
    "Said",
    "Step",
    "Visitor",
    "alert",
    "button",
    "checkbox",
    "css",
    "dialog",
    "field",
    "heading",
    "link",
    "listitem",
    "radio",
    "role",
    "row",
    "testid",
    "text",
    "within",
]
