"""Who gets in, who does not, and what they are told."""

from suites.flows.pages import Deals, LogIn, Signs
from suites.flows.people import ADA, LENA, VIC
from suites.flows.walks import come_in

from truemirror.testing.flows import Visitor, field, heading


def test_ada_comes_in_and_sees_her_deals(visitor: Visitor) -> None:
    """The right password opens the list, under her name and that of her company."""
    page = come_in(visitor, ADA)
    visitor.see(Signs.who, text="Ada Lovelace · Northwind Traders")
    visitor.see(page.deal, count=20)
    assert visitor.title == "Deals · CRM"


def test_a_wrong_password_is_refused_in_words(visitor: Visitor) -> None:
    """Nothing opens, the reason is told, and what was typed as email stays."""
    call = LogIn(visitor).open().log_in(VIC, "demo-victor")
    assert call.exchange.status == 401
    visitor.see(Signs.error, text="Email or password is wrong.")
    visitor.see(field("Email"), value=VIC)
    visitor.not_see(Deals.loaded)


def test_a_locked_person_is_told_whom_to_ask(visitor: Visitor) -> None:
    """The right password does not help."""
    assert LogIn(visitor).open().log_in(LENA).exchange.status == 403
    visitor.see(Signs.error, text="This user is locked. Ask an owner of the account to unlock it.")


def test_who_logged_out_is_out(visitor: Visitor) -> None:
    """The log-in is shown, for an address inside, too."""
    page = come_in(visitor, ADA)
    assert page.signs.log_out().exchange.status == 204
    visitor.see(heading("Log in"))
    visitor.open("/#/deals/d1")
    visitor.see(heading("Log in"))
    visitor.not_see(Signs.who)
