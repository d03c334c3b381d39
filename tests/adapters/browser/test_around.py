"""Tabs, dialogs, files, pictures: what opens around a page, and what is taken along from it."""

from pathlib import Path

import pytest

from truemirror.errors import PageError, UsageError
from truemirror.testing.flows import Page, Region, Visitor, button, css, field, heading, link, row, text


def test_a_dialog_is_answered_as_it_was_announced(person: Visitor, site) -> None:
    """An alert, a question, a question with an answer."""
    site.page(
        "<button onclick='document.title = confirm(\"Sure?\")'>Ask</button>"
        "<button onclick='document.title = prompt(\"Name?\")'>Name</button>"
    )
    person.open("/")
    with person.dialog():
        person.click(button("Ask"))
    assert person.title == "true"
    with person.dialog(accept=False):
        person.click(button("Ask"))
    assert person.title == "false"
    with person.dialog(text="Ada"):
        person.click(button("Name"))
    assert person.title == "Ada"
    assert person.dialogs == ("Sure?", "Sure?", "Name?")


def test_a_dialog_that_nobody_expected_is_dismissed_and_told(person: Visitor, site) -> None:
    """The page goes on, and the test may find it."""
    site.page("<button onclick='document.title = confirm(\"Sure?\")'>Ask</button>")
    person.open("/")
    person.click(button("Ask"))
    person.click(button("Ask"))
    assert person.title == "false"
    assert person.said[0].text == "a dialog that the test did not expect: Sure?"


def test_a_dialog_that_does_not_come_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Ask</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="no dialog came up"), hasty.dialog():
        hasty.click(button("Ask"))


def test_a_new_tab_is_gone_to_and_closed(person: Visitor, site) -> None:
    """What happens in it is the visitor's, too."""
    site.page("<h1>First</h1><a href=/terms target=_blank>Terms</a>")
    site.page("<h1>Terms</h1>", "/terms")
    person.open("/")
    with person.new_tab():
        person.click(link("Terms"))
    person.see(heading("Terms"))
    assert (person.tabs, person.url) == (2, "http://web.crm.internal/terms")
    person.close_tab()
    person.see(heading("First"))
    assert person.tabs == 1
    with pytest.raises(UsageError, match="the last tab"):
        person.close_tab()


def test_a_tab_that_does_not_open_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Terms</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="no tab was opened"), hasty.new_tab():
        hasty.click(button("Terms"))


def test_files_go_up_and_come_down(person: Visitor, site, tmp_path: Path) -> None:
    """A file is chosen without a window; what is downloaded is a file of this machine."""
    site.page(
        "<label>Photo <input type=file onchange='document.title = files[0].name + files[0].size'></label>"
        "<a href=/report.csv download>Report</a>"
    )
    site.answers["/report.csv"] = (200, {"Content-Type": "text/csv"}, b"a,b\n1,2\n")
    photo = tmp_path / "ada.png"
    photo.write_bytes(b"12345")
    person.open("/")
    person.upload(field("Photo"), photo)
    assert person.title == "ada.png5"
    with person.download() as report:
        person.click(link("Report"))
    assert report.path.read_bytes() == b"a,b\n1,2\n"
    with pytest.raises(UsageError, match="there is no such file"):
        person.upload(field("Photo"), tmp_path / "nobody.png")


def test_what_is_not_downloaded_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Report</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="nothing was downloaded"), hasty.download():
        hasty.click(button("Report"))


def test_the_page_is_taken_along(person: Visitor, site) -> None:
    """As a picture, as HTML as it is now, as one document with its parts."""
    site.page("<h1 id=h></h1><script>h.textContent = 'Made by a script'</script>")
    person.open("/")
    assert person.picture().startswith(b"\x89PNG\r\n")
    assert "Made by a script" in person.dom()
    assert "multipart/related" in person.mhtml()
    assert person.run_script("(a, b) => ({sum: a + b, list: [1, null, true, 'x']})", 1, 2) == {
        "sum": 3,
        "list": [1, None, True, "x"],
    }
    with pytest.raises(PageError, match="nobody is not defined"):
        person.run_script("() => nobody")


def test_each_step_has_its_picture_when_somebody_keeps_them(browser, site) -> None:
    """The keeper names the file; a failed step has one, too."""
    kept: list[tuple[str, bytes]] = []

    def keep(name: str, picture: bytes) -> str:
        """Remember."""
        kept.append((name, picture[:4]))
        return f"{len(kept)}.png"

    site.page("<h1>Hello</h1>")
    ada = browser.visitor("ada", base="http://web.crm.internal", patience=0.3, keep_picture=keep)
    ada.open("/")
    with pytest.raises(PageError):
        ada.click(button("Save"))
    ada.leave()
    assert kept == [("open /", b"\x89PNG"), ('click button "Save"', b"\x89PNG")]
    assert [step.picture for step in ada.steps] == ["1.png", "2.png"]


class Deals(Page):
    """A page of deals."""

    path = "/deals/{which}"
    loaded = heading("Deals")


class Deal(Region):
    """One of them."""

    def edit(self) -> None:
        """Begin to edit."""
        self.visitor.click(self.part(button("Edit")))


def test_pages_wait_until_they_are_loaded_and_hold_regions(person: Visitor, site) -> None:
    """`open` returns once the sign is seen; what a region names is looked for inside it."""
    site.page(
        "<table><tr><th>Who<th>What<tr><td>Ada<td><button onclick='document.title = 1'>Edit</button>"
        "<tr><td>Grace<td><button onclick='document.title = 2'>Edit</button></table>"
        "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('h1'),"
        " {textContent: 'Deals'})), 200)</script>",
        "/deals/won",
    )
    page = Deals(person).open(which="won")
    assert person.is_seen(heading("Deals"))
    Deal(page, row().having(text("Grace"))).edit()
    assert person.title == "2"
    with pytest.raises(TypeError, match="set `root`"):
        Deal(page)


def test_pages_have_the_size_and_language_that_were_asked_for(browser, person: Visitor, site) -> None:
    """The site is told the language, dates are written in it."""
    site.page("<p id=p></p><script>p.textContent = `${innerWidth} ${innerHeight} ${navigator.language}`</script>")
    person.open("/")
    assert person.text_of(css("#p")) == "1280 900 en-US"
    assert site.asked[0][2]["accept-language"].startswith("en-US")
