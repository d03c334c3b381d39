"""When something is wrong, the page says what, and whatever still works goes on working."""

from suites.flows.outage import outage
from suites.flows.pages import Deal, Deals, LogIn, Signs
from suites.flows.people import ADA, ZOE
from suites.flows.walks import come_in, own_deal

from truemirror.pytest_plugin.flows_handle import FlowHandle
from truemirror.testing.flows import Visitor, link

END_SESSION = """async () => {
  const {api} = await (await fetch('config.json')).json();
  const headers = {Authorization: `Bearer ${sessionStorage.getItem('crm.token')}`};
  return (await fetch(`${api}/api/v1/login`, {method: 'DELETE', headers})).status;
}"""
"""Log out behind the page's back, as from another window."""


def test_a_session_that_ended_leads_to_the_log_in(visitor: Visitor) -> None:
    """The page says so, and whoever logs in again is where they were."""
    come_in(visitor, ADA)
    own_deal(visitor, "Tide tables")
    assert visitor.run_script(END_SESSION) == 204
    assert Deal(visitor).add_tag("late").exchange.status == 401
    visitor.see(Signs.error, text="Your session has ended. Log in again.")
    page = LogIn(visitor).wait()
    visitor.not_see(Signs.who)
    assert page.log_in(ADA).exchange.status == 201
    visitor.see(Deal(visitor).wait().title, text="Tide tables")
    visitor.not_see(Deal.tag)


def test_a_neighbour_that_is_down_takes_only_its_own_part_along(visitor: Visitor, flow: FlowHandle) -> None:
    """Without tags, deals are shown without tags, and the page says that; all is back when tags is."""
    with outage(flow, "tags"):
        page = come_in(visitor, ZOE)
        visitor.see(Signs.degraded, text="Some information is missing just now: tags. Everything else still works.")
        visitor.see(page.deal, count=20)
        one = page.follow(page.titles()[0])
        visitor.see(Signs.degraded, text="tags")
        visitor.see(one.no_tags)
    visitor.reload()
    visitor.see(one.wait().tags)
    visitor.not_see(Signs.degraded)


def test_without_a_service_that_all_need_the_page_says_which_one(visitor: Visitor, flow: FlowHandle) -> None:
    """Nobody can be known without auth: an error with a way back, not a blank page; nobody is logged out by it."""
    page = come_in(visitor, ZOE)
    with outage(flow, "auth"):
        visitor.click(link(page.titles()[0]))
        visitor.see(Signs.error, text="The auth service does not answer. Try again shortly.")
        visitor.see(Signs.who, text="Zoë Ångström")
    visitor.click(link("All deals"))
    visitor.see(page.wait().range, text="1–20 of 67")


def test_a_deal_that_is_not_there_is_named(visitor: Visitor) -> None:
    """The page says which, and leads back to those that are."""
    come_in(visitor, ZOE)
    visitor.open("/#/deals/d999999")
    visitor.see(Signs.error, text="There is no deal 'd999999'.")
    assert visitor.title == "Error · CRM"
    visitor.click(link("All deals"))
    visitor.see(Deals(visitor).wait().range, text="1–20 of 67")


def test_a_deal_of_another_account_is_nobodys_business(visitor: Visitor) -> None:
    """It reads as if it were not there."""
    come_in(visitor, ZOE)
    visitor.open("/#/deals/d1")
    visitor.see(Signs.error, text="There is no deal 'd1'.")
