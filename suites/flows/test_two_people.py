"""Two people at one deal: nobody's change is lost, and nobody is left in the dark."""

from collections.abc import Callable

from suites.flows.pages import Deal, EditDeal, Signs
from suites.flows.people import ADA, GRACE
from suites.flows.pictures import keep
from suites.flows.walks import come_in, own_deal

from truemirror.testing.flows import Visitor


def test_who_is_second_to_save_is_told_what_the_first_made(
    visitor: Visitor, visitors: Callable[[str], Visitor]
) -> None:
    """Grace's title is shown beside Ada's, Grace's value is taken over; saving again keeps what Ada typed."""
    ada, grace = visitor, visitors("grace")
    come_in(ada, ADA)
    number = own_deal(ada, "Crane", "5000.00")
    hers = Deal(ada).edit().fill(title="Crane, 40 t")
    come_in(grace, GRACE)
    EditDeal(grace).open(id=number).fill(title="Crane, used", value="3500.00").save()
    grace.see(Signs.notice, text="Saved.")

    assert hers.save().exchange.status == 409
    ada.see(Signs.error, text="The deal is at version 2 by now.")
    ada.see(hers.title_error, text="Someone else made this “Crane, used”. Save again to keep yours.")
    ada.see(hers.value, value="3500.00")
    keep(ada, "crm-conflict")
    assert hers.save().exchange.status == 200
    page = Deal(ada).wait()
    ada.see(page.title, text="Crane, 40 t")
    ada.see(page.value, text="€3,500.00")


def test_who_moves_a_deal_that_was_moved_sees_where_it_is(visitor: Visitor, visitors: Callable[[str], Visitor]) -> None:
    """Ada's move is refused, and her page shows Grace's stage."""
    ada, grace = visitor, visitors("grace")
    come_in(ada, ADA)
    number = own_deal(ada, "Gangway")
    come_in(grace, GRACE)
    assert Deal(grace).open(id=number).move("Proposal").exchange.status == 200
    assert Deal(ada).move("Lost").exchange.status == 409
    ada.see(Signs.error, text="The deal is at version 2 by now.")
    ada.see(Deal.stage, text="Proposal")


def test_a_tag_of_one_is_seen_by_the_other(visitor: Visitor, visitors: Callable[[str], Visitor]) -> None:
    """Both work on the same deal; what one did, the other sees with the next load."""
    ada, grace = visitor, visitors("grace")
    come_in(ada, ADA)
    number = own_deal(ada, "Mooring posts")
    come_in(grace, GRACE)
    Deal(grace).open(id=number).add_tag("on hold", "Orange")
    ada.reload()
    ada.see(Deal.tag, text="on hold")
