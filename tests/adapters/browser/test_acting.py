"""A visitor acts as a person would, and says why something cannot be done."""

import re

import pytest

from truemirror.errors import PageError, UsageError
from truemirror.testing.flows import (
    Visitor,
    button,
    checkbox,
    css,
    field,
    heading,
    link,
    row,
    testid,
    text,
    within,
)

LOG_IN = """
<form onsubmit="event.preventDefault(); fetch('/api/v1/login', {method: 'POST', body: JSON.stringify({who: e.value})})
    .then((answer) => answer.json()).then((said) => { who.textContent = said.name })">
  <label>Email <input id="e"></label>
  <label for="p">Password</label><input id="p" type="password">
  <button>Log in</button>
</form><p id="who" data-testid="who"></p>"""


def test_a_person_logs_in(person: Visitor, site) -> None:
    """Fields by their labels, a button by its name, the answer by the network, the result as it is read."""
    site.page(LOG_IN)
    site.json("/api/v1/login", '{"name": "Ada"}', status=201)
    person.open("/")
    person.fill(field("Email"), "ada@northwind.example")
    person.fill(field("Password"), "demo-ada")
    with person.expect_call("POST /api/v1/login") as call:
        person.click(button("Log in"))
    assert call.value.exchange.status == 201
    assert call.value.exchange.request.body == b'{"who":"ada@northwind.example"}'
    person.see(testid("who"), text="Ada")
    assert [step.name for step in person.steps] == [
        "open /",
        "fill field \"Email\" with 'ada@northwind.example'",
        'fill field "Password" with •••',
        'click button "Log in"',
        "wait for POST /api/v1/login",
        "see test id who, with 'Ada'",
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<button>Save all</button>", 'there is no button "Save" after 0.5 s\n  nearest: "Save all"'),
        ("<p>Hello", 'there is no button "Save" after 0.5 s\n  nearest: the page has nothing of this kind'),
        ("<button>Save</button><button>Save</button>", 'there are 2 of button "Save": which one is meant?'),
        ("<button style='display: none'>Save</button>", 'button "Save" is there but cannot be seen after 0.5 s'),
        ("<button style='visibility: hidden'>Save</button>", 'button "Save" is there but cannot be seen after 0.5 s'),
        ("<button disabled>Save</button>", 'button "Save" is disabled after 0.5 s'),
        ("<button aria-disabled=true>Save</button>", 'button "Save" is disabled after 0.5 s'),
        (
            "<style>@keyframes go { to { translate: 300px } }</style>"
            "<button style='animation: go 5s linear infinite'>Save</button>",
            'button "Save" does not stand still after 0.5 s',
        ),
        (
            "<button>Save</button><div id=veil style='position: fixed; inset: 0'></div>",
            'button "Save" is covered by <div id="veil"> after 0.5 s',
        ),
        (
            "<button style='position: absolute; left: -500px'>Save</button>",
            'button "Save" lies outside the page, where nobody can scroll to, after 0.5 s',
        ),
    ],
)
def test_what_is_not_ready_is_not_clicked(hasty: Visitor, site, body: str, why: str) -> None:
    """Each of the checks can fail, and says so; the step keeps the reason."""
    site.page(body + "<script>onclick = () => document.title = 'clicked'</script>")
    hasty.open("/")
    with pytest.raises(PageError) as caught:
        hasty.click(button("Save"))
    assert str(caught.value).startswith(why)
    assert hasty.title == "Page"
    assert hasty.steps[-1].problem == caught.value.what


def test_what_becomes_ready_is_clicked(person: Visitor, site) -> None:
    """Nobody has to say how long to wait."""
    site.page(
        "<script>setTimeout(() => { document.body.innerHTML = '<button disabled>Save</button>'; }, 150);"
        "setTimeout(() => { document.querySelector('button').disabled = false; }, 300);"
        "onclick = () => document.title = 'clicked'</script>"
    )
    person.open("/")
    person.click(button("Save"))
    assert person.title == "clicked"


def test_what_lies_below_is_scrolled_to(person: Visitor, site) -> None:
    """A person scrolls, too."""
    site.page("<p style='height: 4000px'></p><button onclick='document.title = \"clicked\"'>Save</button>")
    person.open("/")
    person.click(button("Save"))
    assert person.title == "clicked"


def test_parts_are_named_as_they_are_told_to_people(person: Visitor, site) -> None:
    """Role and accessible name, text, test id, selector; inside others, by number, by what they hold."""
    site.page(
        "<h1>Deals</h1><h2>Deals</h2><a href=/x>More <b>deals</b></a><button aria-label='Close'>x</button>"
        "<table><tr><th>Who<th>What<tr><td>Ada<td><button>Edit</button><tr><td>Grace<td><button>Edit</button></table>"
        "<input placeholder='Search here'><p>Total <span>3</span> deals</p><input aria-label=Date type=date>"
    )
    person.open("/")
    person.see(heading("Deals", level=2))
    assert person.count(heading("Deals")) == 2
    person.see(link("More deals"))
    person.see(link(re.compile("more", re.IGNORECASE)))
    person.see(button("Close"))
    person.see(field("Search here"))
    person.see(text("Total 3 deals"))
    person.see(css("td:first-child"), count=2)
    person.see(within(row().having(text("Grace")), button("Edit")))
    assert person.text_of(row().nth(-1)) == "Grace Edit"
    assert person.texts_of(row()) == ("Who What", "Ada Edit", "Grace Edit")
    person.not_see(button("Save"))
    person.fill(field("Date"), "2026-03-02")
    assert person.value_of(field("Date")) == "2026-03-02"


def test_a_selector_that_is_none_is_told_at_once(person: Visitor, site) -> None:
    """Waiting would not help."""
    site.page("")
    person.open("/")
    with pytest.raises(PageError, match=r"css b\[ cannot be looked for"):
        person.click(css("b["))


def test_the_keyboard_alone_is_enough(person: Visitor, site) -> None:
    """Tab goes from part to part, Enter presses, and it is told who has the keyboard."""
    site.page("<input aria-label=Name><button onclick='document.title = \"saved\"'>Save</button>")
    person.open("/")
    assert person.focused() == "the page"
    person.press("Tab")
    assert person.focused() == 'textbox "Name"'
    person.type(field("Name"), "Ada B")
    person.press("Shift+ArrowLeft", "Backspace", "Tab")
    person.see(button("Save"), focused=True)
    person.press("Enter")
    assert person.title == "saved"
    assert person.value_of(field("Name")) == "Ada "


def test_a_key_that_is_none_is_told(person: Visitor) -> None:
    """With the nearest ones."""
    with pytest.raises(UsageError, match="Entr") as caught:
        person.press("Entr")
    assert caught.value.nearest.startswith("Enter")


def test_selects_and_checkboxes_take_what_a_person_chooses(person: Visitor, site) -> None:
    """The page hears of it as of a person's doing."""
    site.page(
        "<select aria-label=Stage onchange='document.title = value'><option>New<option>Won<option>Lost</select>"
        "<label><input type=checkbox>Agree</label>"
    )
    person.open("/")
    person.choose(field("Stage"), "Won")
    assert person.title == "Won"
    person.check(checkbox("Agree"))
    person.check(checkbox("Agree"))
    person.see(checkbox("Agree"), checked=True)
    person.check(checkbox("Agree"), on=False)
    person.see(checkbox("Agree"), checked=False)


def test_an_option_that_is_not_there_is_told(hasty: Visitor, site) -> None:
    """With those that are."""
    site.page("<select aria-label=Stage><option>New<option disabled>Lost</select>")
    hasty.open("/")
    with pytest.raises(PageError) as caught:
        hasty.choose(field("Stage"), "Lost")
    assert caught.value.nearest == "New, Lost (disabled)"


def test_what_reads_otherwise_is_told_with_what_it_reads(hasty: Visitor, site) -> None:
    """`see` compares text, value and state, and each can fail."""
    site.page("<p data-testid=who>Grace</p><input aria-label=Name value=x><button>Save</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="test id who reads 'Grace', not 'Ada', after"):
        hasty.see(testid("who"), text="Ada")
    with pytest.raises(PageError, match="has value 'x', not 'y', after"):
        hasty.see(field("Name"), value="y")
    with pytest.raises(PageError, match="has enabled True, not False, after"):
        hasty.see(button("Save"), enabled=False)
    with pytest.raises(PageError, match='1 of button "Save" are seen, not 0, after'):
        hasty.not_see(button("Save"))


def test_a_field_that_may_not_be_changed_is_told(hasty: Visitor, site) -> None:
    """Neither is a mask that makes something else of it passed over."""
    site.page("<input aria-label=Name readonly><input aria-label=Code oninput='value = value.toUpperCase()'>")
    hasty.open("/")
    with pytest.raises(PageError, match='field "Name" is read-only'):
        hasty.fill(field("Name"), "x")
    with pytest.raises(PageError, match='field "Code" did not take the text') as caught:
        hasty.fill(field("Code"), "x")
    assert caught.value.nearest == "it holds 'X'"
