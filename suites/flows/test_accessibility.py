"""Every page of the CRM keeps the rules of accessibility, in whatever state it is."""

from collections.abc import Callable

import pytest
from suites.flows.accessibility import faults
from suites.flows.pages import Deal, Deals, EditDeal, LogIn, NewDeal, Signs
from suites.flows.people import ADA, VIC, ZOE
from suites.flows.walks import come_in

from truemirror.testing.flows import Visitor


def log_in(visitor: Visitor) -> None:
    """The way in."""
    LogIn(visitor).open()


def refused(visitor: Visitor) -> None:
    """The way in, after a wrong password."""
    LogIn(visitor).open().log_in(VIC, "guessed")
    visitor.see(Signs.error)


def deals(visitor: Visitor) -> None:
    """The list."""
    come_in(visitor, ZOE)


def no_deals(visitor: Visitor) -> None:
    """The list, where nothing is left to be shown."""
    come_in(visitor, ZOE)
    visitor.open("/#/deals?offset=500")
    visitor.see(Deals.empty)


def deal(visitor: Visitor) -> None:
    """One deal with tags."""
    come_in(visitor, ADA)
    Deal(visitor).open(id="d9")


def edit(visitor: Visitor) -> None:
    """The form that changes a deal, after a wrong value."""
    come_in(visitor, ADA)
    page = EditDeal(visitor).open(id="d9").fill(value="much")
    page.save()
    visitor.see(page.value_error, text="1299.00")


def new(visitor: Visitor) -> None:
    """The form for a new deal."""
    come_in(visitor, ADA)
    NewDeal(visitor).open()


def nothing(visitor: Visitor) -> None:
    """A deal that is not there."""
    come_in(visitor, ZOE)
    visitor.open("/#/deals/d999999")
    visitor.see(Signs.error, text="There is no deal 'd999999'.")


@pytest.mark.parametrize(
    "go", [log_in, refused, deals, no_deals, deal, edit, new, nothing], ids=lambda go: str(go.__name__)
)
def test_a_page_is_accessible(visitor: Visitor, go: Callable[[Visitor], None]) -> None:
    """axe-core finds nothing serious or critical."""
    go(visitor)
    visitor.settle()
    found = faults(visitor)
    assert not found, "\n".join(found)
