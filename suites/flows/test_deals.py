"""A deal from its making to its end, as a person takes it through the pages."""

from suites.flows.pages import Deal, NewDeal, Signs
from suites.flows.people import ADA, VIC
from suites.flows.pictures import keep
from suites.flows.walks import come_in, own_deal, told

from truemirror.testing.flows import Visitor, field, link


def test_a_deal_is_made(visitor: Visitor) -> None:
    """What was typed is what is shown, by the page of the deal and by the API alike."""
    come_in(visitor, ADA)
    call = NewDeal(visitor).open().create("Lighthouse lamps", "99999999.99", "SEK")
    assert call.exchange.status == 201
    assert (told(call)["value"], told(call)["currency"]) == ("99999999.99", "SEK")
    page = Deal(visitor).wait()
    visitor.see(page.title, text="Lighthouse lamps")
    visitor.see(page.value, text="SEK 99,999,999.99")
    visitor.see(page.stage, text="Lead")
    visitor.see(Signs.notice, text="Created.")


def test_a_wrong_value_is_told_beside_its_field(visitor: Visitor) -> None:
    """The API says what is wrong with it; nothing typed is lost, and the corrected form goes through."""
    come_in(visitor, ADA)
    page = NewDeal(visitor).open()
    assert page.create("Buoys", "twelve").exchange.status == 422
    visitor.see(Signs.error, text="These fields are not valid: value.")
    visitor.see(page.value_error, text="Should look like 1299.00.")
    visitor.see(page.value, focused=True)
    visitor.see(field("Title"), value="Buoys")
    assert page.create("Buoys", "12.00").exchange.status == 201
    visitor.see(Deal(visitor).wait().value, text="€12.00")


def test_a_deal_is_edited(visitor: Visitor) -> None:
    """Title and value change, together and alone; what was not touched is not sent."""
    come_in(visitor, ADA)
    own_deal(visitor, "Rope, 200 m", "480.00")
    page = Deal(visitor)
    call = page.edit().fill(title="Rope, 300 m", value="720.00").save()
    assert call.exchange.status == 200
    page.wait()
    visitor.see(Signs.notice, text="Saved.")
    visitor.see(page.title, text="Rope, 300 m")
    visitor.see(page.value, text="€720.00")
    call = page.edit().fill(value="700.00").save()
    assert b"title" not in call.exchange.request.body
    visitor.see(page.wait().value, text="€700.00")


def test_an_edit_can_be_left(visitor: Visitor) -> None:
    """Cancel changes nothing, and nothing is asked of the API."""
    come_in(visitor, ADA)
    own_deal(visitor, "Anchor chain")
    page = Deal(visitor)
    page.edit().fill(title="Something else")
    visitor.click(link("Cancel"))
    visitor.see(page.wait().title, text="Anchor chain")
    assert not [call for call in visitor.calls if call.exchange.request.method == "PATCH"]


def test_a_deal_moves_through_its_stages_and_then_no_more(visitor: Visitor) -> None:
    """A won deal stays won, and the page says why."""
    come_in(visitor, ADA)
    own_deal(visitor, "Harbour pilots")
    page = Deal(visitor)
    for stage in ("Qualified", "Won"):
        assert page.move(stage).exchange.status == 200
        visitor.see(Signs.notice, text=f"Moved to {stage}.")
        visitor.see(page.stage, text=stage)
    assert page.move("Lead").exchange.status == 409
    visitor.see(Signs.error, text="A deal that is won cannot move to lead.")
    visitor.see(page.stage, text="Won")


def test_a_deal_is_tagged_and_untagged(visitor: Visitor) -> None:
    """A label is there once; what was taken off is gone after a reload, too."""
    come_in(visitor, ADA)
    own_deal(visitor, "Fog horn")
    page = Deal(visitor)
    assert page.add_tag("urgent", "Red").exchange.status == 201
    visitor.see(page.tag, text="urgent")
    keep(visitor, "crm-deal")
    assert page.add_tag("urgent").exchange.status == 409
    visitor.see(Signs.error, text="urgent")
    assert page.remove_tag("urgent").exchange.status == 204
    visitor.see(Signs.notice, text="Removed tag urgent.")
    visitor.reload()
    visitor.see(page.stage)
    visitor.not_see(page.tag)


def test_who_may_only_read_is_told_so(visitor: Visitor) -> None:
    """Vic sees everything and changes nothing."""
    deals = come_in(visitor, VIC)
    page = deals.follow(deals.titles()[1])
    before = visitor.text_of(page.title)
    assert page.add_tag("mine").exchange.status == 403
    visitor.see(Signs.error, text="crm:write")
    assert page.edit().fill(title="Mine now").save().exchange.status == 403
    visitor.see(Signs.error, text="crm:write")
    visitor.click(link("Cancel"))
    visitor.see(page.wait().title, text=before)
