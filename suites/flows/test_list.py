"""The list of deals: page by page, and one stage only. Zoe's account is one in which nobody changes anything."""

import pytest
from suites.flows.people import ZOE
from suites.flows.walks import come_in

from truemirror.testing.flows import Visitor, button

pytestmark = pytest.mark.harmless


def test_the_list_comes_page_by_page(visitor: Visitor) -> None:
    """Forward to the end, where there is no further page, and back."""
    page = come_in(visitor, ZOE)
    visitor.see(page.range, text="1–20 of 67")
    visitor.see(button("Previous"), enabled=False)
    first = page.titles()
    for shown in ("21–40 of 67", "41–60 of 67", "61–67 of 67"):
        page.next()
        visitor.see(page.range, text=shown)
    visitor.see(page.deal, count=7)
    visitor.see(button("Next"), enabled=False)
    page.previous()
    visitor.see(page.range, text="41–60 of 67")
    assert first != page.titles()


def test_one_stage_can_be_shown_alone(visitor: Visitor) -> None:
    """What is shown is of that stage, page by page, and can be kept as an address."""
    page = come_in(visitor, ZOE)
    page.show_stage("Won")
    visitor.see(page.range, text="1–9 of 9")
    stages = visitor.texts_of(page.badge)
    assert stages == ("Won",) * 9
    assert visitor.url.endswith("#/deals?stage=won")
    page.show_stage("All stages")
    visitor.see(page.range, text="1–20 of 67")


def test_a_kept_address_opens_the_same_page(visitor: Visitor) -> None:
    """Filter and page are in the address, so that it can be passed on; the way back works."""
    page = come_in(visitor, ZOE)
    visitor.open("/#/deals?stage=qualified&offset=0")
    visitor.see(page.range, text="1–15 of 15")
    visitor.see(page.stage, value="qualified")
    visitor.back()
    visitor.see(page.range, text="1–20 of 67")
