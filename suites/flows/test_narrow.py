"""The CRM on a telephone: nothing has to be scrolled sideways, and everything can be done."""

import pytest
from suites.flows.pages import Deal, EditDeal, NewDeal, Signs
from suites.flows.people import ADA, ZOE
from suites.flows.pictures import keep
from suites.flows.walks import come_in, own_deal

from truemirror.testing.flows import Visitor

WIDTHS = """() => {
  const wide = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() &&
    !one.closest('.hidden, thead') && one.getBoundingClientRect().right > innerWidth + 0.5);
  return [Math.max(0, document.documentElement.scrollWidth - innerWidth),
    wide.map((one) => one.outerHTML.slice(0, 100))];
}"""
"""By how much the page is wider than the screen, and what sticks out."""
SMALL = """() => [...document.querySelectorAll('button, input, select, a.button')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 80)])
  .filter(([box]) => box.width < 24 || box.height < 24).map(([, html]) => html)"""
"""Controls that are smaller than a finger needs (WCAG 2.2, 2.5.8: 24 by 24 CSS pixels)."""

LABEL = """() => getComputedStyle(document.querySelector('tbody td'), '::before').content"""
"""What stands before the first value of the first card."""


def fits(visitor: Visitor) -> None:
    """The page is no wider than the screen, and nothing in it is too small for a finger."""
    too_wide, what = visitor.run_script(WIDTHS)
    assert not too_wide, f"the page is {too_wide} px wider than the screen: {'; '.join(what[:3])}"
    small = visitor.run_script(SMALL)
    assert not small, f"too small for a finger: {'; '.join(small)}"


@pytest.fixture
def phone(visitor: Visitor) -> Visitor:
    """A visitor with a small telephone (WCAG 2.2, 1.4.10 asks for 320 CSS pixels)."""
    visitor.resize(320, 640)
    return visitor


def test_the_list_fits_and_is_used(phone: Visitor) -> None:
    """Rows become cards in which each value has its name; paging and filter work."""
    page = come_in(phone, ZOE)
    fits(phone)
    assert phone.run_script(LABEL) == '"Company"'
    page.next()
    phone.see(page.range, text="21–40 of 67")
    page.show_stage("Lost")
    phone.see(page.range, text="1–10 of 10")
    keep(phone, "crm-phone")
    fits(phone)


def test_a_deal_is_made_edited_moved_and_tagged(phone: Visitor) -> None:
    """Every page on the way fits; what was done is told in sight."""
    come_in(phone, ADA)
    NewDeal(phone).open()
    fits(phone)
    number = own_deal(phone, "Signal flags for every ship of the whole fleet", "123456789.00")
    page = Deal(phone)
    fits(phone)
    EditDeal(phone).open(id=number)
    fits(phone)
    EditDeal(phone).fill(value="1.00").save()
    page.wait().move("Negotiation")
    phone.see(Signs.notice, text="Moved to Negotiation.")
    page.add_tag("a rather long label, thirty-eight long")
    phone.see(Signs.notice, text="Added tag")
    fits(phone)
