"""The CRM without a mouse: everything is reached with keys, and the focus is never lost."""

from suites.flows.pages import API, Deal, Deals, LogIn, Signs
from suites.flows.people import ADA, ZOE, password
from suites.flows.walks import come_in, own_deal

from truemirror.testing.flows import Visitor


def type_text(visitor: Visitor, text: str) -> None:
    """Type where the focus is."""
    visitor.press(*text)


def go_to(visitor: Visitor, wanted: str, key: str = "Tab", most: int = 30) -> None:
    """Press a key until the focus is where it should be."""
    for _ in range(most):
        if visitor.focused() == wanted:
            return
        visitor.press(key)
    raise AssertionError(f"{wanted} is not reached with {most} times {key}; the focus is on {visitor.focused()}")


def test_who_has_no_mouse_comes_in_and_leaves(visitor: Visitor) -> None:
    """The form is filled in where the focus already is, and Enter sends it."""
    LogIn(visitor).open()
    assert visitor.focused() == 'textbox "Email"'
    type_text(visitor, ADA)
    visitor.press("Tab")
    type_text(visitor, password(ADA))
    with visitor.expect_call(f"POST {API}/login", status=201):
        visitor.press("Enter")
    Deals(visitor).wait()
    assert visitor.focused() == 'heading "Deals"'
    go_to(visitor, 'button "Log out"', "Shift+Tab")
    with visitor.expect_call(f"DELETE {API}/login", status=204):
        visitor.press("Enter")
    visitor.see(LogIn.loaded)


def test_the_list_is_paged_and_filtered_with_keys(visitor: Visitor) -> None:
    """Who pages stays on the button; the filter changes with a letter."""
    page = come_in(visitor, ZOE)
    go_to(visitor, 'button "Next"', most=60)
    with visitor.expect_call(f"GET {API}/deals"):
        visitor.press("Space")
    visitor.see(page.range, text="21–40 of 67")
    assert visitor.focused() == 'button "Next"'
    go_to(visitor, 'combobox "Stage"', "Shift+Tab", most=60)
    with visitor.expect_call(f"GET {API}/deals"):
        visitor.press("W")
    visitor.see(page.range, text="1–9 of 9")
    assert visitor.focused() == 'combobox "Stage"'


def test_a_skip_link_leads_past_the_menu(visitor: Visitor) -> None:
    """The first Tab of a page offers it."""
    come_in(visitor, ZOE)
    go_to(visitor, 'link "Skip to content"', "Shift+Tab")
    visitor.press("Enter")
    visitor.press("Tab")
    assert visitor.focused() == 'combobox "Stage"'


def test_a_deal_is_moved_and_tagged_with_keys(visitor: Visitor) -> None:
    """After each change the focus is where the next one is likely."""
    come_in(visitor, ADA)
    own_deal(visitor, "Wind vane")
    page = Deal(visitor)
    go_to(visitor, 'combobox "Move to"')
    visitor.press("P", "Tab")
    with visitor.expect_call(f"PATCH {API}/deals/{{id}}", status=200):
        visitor.press("Enter")
    visitor.see(page.stage, text="Proposal")
    visitor.see(Signs.notice, text="Moved to Proposal.")
    assert visitor.focused() == 'combobox "Move to"'
    go_to(visitor, 'textbox "New tag"')
    type_text(visitor, "soon")
    with visitor.expect_call(f"POST {API}/deals/{{id}}/tags", status=201):
        visitor.press("Enter")
    visitor.see(page.tag, text="soon")
    visitor.see(Signs.notice, text="Added tag soon.")
    assert visitor.focused() == 'textbox "New tag"'
    go_to(visitor, 'button "Remove tag soon"', "Shift+Tab")
    with visitor.expect_call(f"DELETE {API}/deals/{{id}}/tags/{{tag}}", status=204):
        visitor.press("Space")
    visitor.not_see(page.tag)
