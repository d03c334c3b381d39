"""The pages of the CRM as its visitors know them: what is on each, and what can be done there.

Rules: pages act and tell, tests judge; whatever asks the API waits for its answer, never for time to pass.
"""

import re
from typing import Self

from suites.flows.people import password

from truemirror.testing.flows import (
    Call,
    Locator,
    Page,
    Region,
    button,
    css,
    field,
    heading,
    link,
    testid,
    text,
    within,
)

API = "/api/v1"


class LogIn(Page):
    """The way in."""

    path = "/"
    loaded = heading("Log in")

    def log_in(self, email: str, secret: str = "") -> Call:
        """Say who one is, with one's own password if no other is given."""
        self.visitor.fill(field("Email"), email)
        self.visitor.fill(field("Password"), secret or password(email))
        with self.visitor.expect_call(f"POST {API}/login") as call:
            self.visitor.click(button("Log in"))
        return call.value


class Signs(Region):
    """What the page says beside the view itself, and who one is."""

    root = css("body")
    error = testid("error")
    notice = testid("notice")
    degraded = testid("degraded")
    who = testid("who")

    def log_out(self) -> Call:
        """Leave."""
        with self.visitor.expect_call(f"DELETE {API}/login") as call:
            self.visitor.click(button("Log out"))
        return call.value


class CrmPage(Page):
    """A page for those who are logged in."""

    @property
    def signs(self) -> Signs:
        """What is beside the view."""
        return Signs(self)


class Deals(CrmPage):
    """The list of deals."""

    path = "/#/deals"
    loaded = heading("Deals", 1)
    range = testid("range")
    deal = testid("deal")
    badge = within(testid("deal"), css(".badge"))
    stage = field("Stage")
    empty = css(".empty")

    def next(self) -> Call:
        """Turn to the next page."""
        return self._turn(button("Next"))

    def previous(self) -> Call:
        """Turn to the page before."""
        return self._turn(button("Previous"))

    def show_stage(self, name: str) -> Call:
        """Show one stage only, or `All stages`."""
        with self.visitor.expect_call(f"GET {API}/deals") as call:
            self.visitor.choose(self.stage, name)
        return call.value

    def titles(self) -> tuple[str, ...]:
        """The titles on this page, in order."""
        return self.visitor.texts_of(within(self.deal, css("th a")))

    def follow(self, title: str) -> "Deal":
        """Go to a deal."""
        self.visitor.click(link(title))
        return Deal(self.visitor).wait()

    def _turn(self, control: Locator) -> Call:
        """Turn a page."""
        with self.visitor.expect_call(f"GET {API}/deals") as call:
            self.visitor.click(control)
        return call.value


class NewDeal(CrmPage):
    """The form for a new deal."""

    path = "/#/new"
    loaded = heading("New deal", 1)
    value = field("Value")
    value_error = css("#value-error")

    def create(self, title: str, value: str, currency: str = "EUR") -> Call:
        """Fill the form in and send it."""
        self.visitor.fill(field("Title"), title)
        self.visitor.fill(field("Value"), value)
        self.visitor.choose(field("Currency"), currency)
        with self.visitor.expect_call(f"POST {API}/deals") as call:
            self.visitor.click(button("Create deal"))
        return call.value


class Deal(CrmPage):
    """One deal."""

    path = "/#/deals/{id}"
    loaded = testid("stage")
    title = css("h1")
    value = testid("value")
    stage = testid("stage")
    tag = testid("tag")
    tags = testid("tags")
    no_tags = text("The tags cannot be shown just now.")

    def edit(self) -> "EditDeal":
        """Go to the form that changes it."""
        self.visitor.click(link("Edit title and value"))
        return EditDeal(self.visitor).wait()

    def move(self, stage: str) -> Call:
        """Move it to another stage."""
        self.visitor.choose(field("Move to"), stage)
        with self.visitor.expect_call(f"PATCH {API}/deals/{{id}}") as call:
            self.visitor.click(button("Move"))
        return call.value

    def add_tag(self, label: str, colour: str = "Grey") -> Call:
        """Put a tag on it."""
        self.visitor.fill(field("New tag"), label)
        self.visitor.choose(field("Colour"), colour)
        with self.visitor.expect_call(f"POST {API}/deals/{{id}}/tags") as call:
            self.visitor.click(button("Add tag"))
        return call.value

    def remove_tag(self, label: str) -> Call:
        """Take a tag off."""
        with self.visitor.expect_call(f"DELETE {API}/deals/{{id}}/tags/{{tag}}") as call:
            self.visitor.click(button(f"Remove tag {label}"))
        return call.value


class EditDeal(CrmPage):
    """The form that changes a deal's title and value."""

    path = "/#/deals/{id}/edit"
    loaded = heading("Edit deal", 1)
    title = field("Title")
    title_error = css("#title-error")
    value = field(re.compile(r"Value in [A-Z]{3}"))
    value_error = css("#value-error")

    def fill(self, *, title: str | None = None, value: str | None = None) -> Self:
        """Put something else in."""
        if title is not None:
            self.visitor.fill(self.title, title)
        if value is not None:
            self.visitor.fill(self.value, value)
        return self

    def save(self) -> Call:
        """Send it."""
        with self.visitor.expect_call(f"PATCH {API}/deals/{{id}}") as call:
            self.visitor.click(button("Save"))
        return call.value
