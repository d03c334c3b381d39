"""The values of the browser adapter say what they mean, without a browser."""

import re

import pytest

from truemirror.adapters.browser.acting import is_secret
from truemirror.adapters.browser.keys import chord, typed
from truemirror.adapters.browser.looking import Look, problem
from truemirror.adapters.browser.options import BrowserOptions, arguments_of
from truemirror.adapters.browser.tab import plain
from truemirror.adapters.browser.waiting import Expected, matcher
from truemirror.core.flow.trace import Call
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import UsageError
from truemirror.testing.flows import button, css, field, heading, row, testid, text, within


def call(method: str, url: str, status: int = 200, kind: str = "fetch") -> Call:
    """A call."""
    return Call(url, Exchange(Request(method, "/"), Response(status)), 0.0, kind)


@pytest.mark.parametrize(
    ("name", "url", "fits"),
    [
        ("GET /v1/deals", "http://a/v1/deals", True),
        ("GET /v1/deals", "http://a/v1/deals?stage=won", True),
        ("get /v1/deals", "http://a/v1/deals", True),
        ("POST /v1/deals", "http://a/v1/deals", False),
        ("GET /v1/deals", "http://a/v1/deals/7", False),
        ("GET /v1/deals/{id}", "http://a/v1/deals/7", True),
        ("GET /v1/deals/{id}", "http://a/v1/deals/7/tags", False),
        ("GET /v1/{kind}/{id}", "http://a/v1/deals/7", True),
        ("GET /v1/*", "http://a/v1/deals/7", True),
        ("GET /v1.deals", "http://a/v1xdeals", False),
        ("GET http://a/v1/deals", "http://a/v1/deals", True),
        ("GET http://b/v1/deals", "http://a/v1/deals", False),
    ],
)
def test_a_call_is_named_by_method_path_and_host(name: str, url: str, *, fits: bool) -> None:
    """The query never counts; a template is one segment, a star at the end the rest."""
    assert matcher(name)(call("GET", url)) is fits


def test_a_preflight_is_not_the_call_it_asks_for() -> None:
    """Although it has the same address."""
    assert not matcher("OPTIONS /v1")(call("OPTIONS", "http://a/v1", kind="preflight"))
    assert matcher("OPTIONS /v1")(call("OPTIONS", "http://a/v1"))


def test_a_status_is_part_of_the_wish() -> None:
    """When it is given."""
    assert matcher("GET /v1", 404)(call("GET", "http://a/v1", 404))
    assert not matcher("GET /v1", 200)(call("GET", "http://a/v1", 404))


@pytest.mark.parametrize("name", ["/v1/deals", "GET", "GET v1/deals", "GET  ", "9 /v1"])
def test_what_names_no_call_is_told(name: str) -> None:
    """With one that does."""
    with pytest.raises(UsageError, match="does not name a call") as caught:
        matcher(name)
    assert "POST /api/v1/login" in caught.value.nearest


def test_a_call_is_not_known_inside_its_block() -> None:
    """It is there after the block."""
    with pytest.raises(UsageError, match="known only after the block"):
        _ = Expected("GET /v1").value


def test_locators_read_as_words() -> None:
    """Steps and errors are made of them."""
    assert str(button("Log in")) == 'button "Log in"'
    assert str(heading("Deals", level=2)) == 'heading of level 2 "Deals"'
    assert str(field(re.compile("mail"))) == "field /mail/"
    assert str(within(row().having(text("Ada")).nth(2), button())) == 'button within row having text "Ada" number 2'
    assert (str(testid("who")), str(css("#a"))) == ("test id who", "css #a")


def test_a_pattern_keeps_its_flags_in_the_page() -> None:
    """As far as JavaScript has them; a text is compared with its spaces collapsed."""
    assert button(re.compile("a.b", re.IGNORECASE | re.DOTALL)).document()["name"] == {"pattern": "a.b", "flags": "isu"}
    assert button(" Log\n in ").document()["name"] == {"text": "Log in"}


def test_the_nearest_names_come_first() -> None:
    """At most three of them."""
    look = Look(failed="none", names=("Cancel", "Log out", "Sign in", "Log on"))
    assert problem(button("Log in"), look, 10).nearest == '"Log on", "Log out", "Sign in"'


def test_a_chord_goes_down_in_order_and_up_in_reverse() -> None:
    """A plus alone is a key."""
    assert [(one["type"], one["value"]) for one in chord("Control+a")] == [
        ("keyDown", "\ue009"),
        ("keyDown", "a"),
        ("keyUp", "a"),
        ("keyUp", "\ue009"),
    ]
    assert [one["value"] for one in chord("+")] == ["+", "+"]
    assert [one["value"] for one in typed("a\n")] == ["a", "a", "\ue007", "\ue007"]


def test_fields_that_are_named_like_secrets_are_kept_quiet() -> None:
    """By their label, or however they are found."""
    assert is_secret(field("New password"))
    assert is_secret(css("#api-token"))
    assert not is_secret(field("Email"))


def test_options_become_arguments() -> None:
    """Each on its own; root has no sandbox."""
    wanted = BrowserOptions(headless=False, viewport=(390, 700), locale="de-DE", rules="MAP * ~NOTFOUND")
    given = arguments_of(wanted, root=False, profile="", believed="")
    assert {"--window-size=390,700", "--lang=de-DE", "--host-resolver-rules=MAP * ~NOTFOUND"} <= set(given)
    assert not {"--headless=new", "--no-sandbox"} & set(given)
    given = arguments_of(BrowserOptions(arguments=("--x",)), root=True, profile="/p", believed="abc=")
    expected = {"--headless=new", "--no-sandbox", "--user-data-dir=/p", "--ignore-certificate-errors-spki-list=abc="}
    assert expected <= set(given)
    assert given[-1] == "--x"


def test_values_of_scripts_become_plain() -> None:
    """What is no value is told by its kind."""
    assert plain({"type": "number", "value": "Infinity"}) == float("inf")
    assert plain({"type": "array", "value": [{"type": "null"}, {"type": "string", "value": "a"}]}) == [None, "a"]
    entry = ["k", {"type": "boolean", "value": True}]
    assert plain({"type": "object", "value": [entry]}) == {"k": True}
    assert plain({"type": "function"}) == "function"
