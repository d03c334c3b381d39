"""Tabs, dialogs, files, pictures: what opens around a page, and what is taken along from it."""

from pathlib import Path

import pytest

from truemirror.errors import PageError, UsageError
from truemirror.testing.flows import Page, Region, Visitor, button, css, field, heading, link, row, text


def test_a_dialog_is_answered_as_it_was_announced(visitor: Visitor, site) -> None:
    """An alert, a question, a question with an answer."""
    site.page(
        "<button onclick='document.title = confirm(\"Sure?\")'>Ask</button>"
        "<button onclick='document.title = prompt(\"Name?\")'>Name</button>"
    )
    visitor.open("/")
    with visitor.dialog():
        visitor.click(button("Ask"))
    assert visitor.title == "true"
    with visitor.dialog(accept=False):
        visitor.click(button("Ask"))
    assert visitor.title == "false"
    with visitor.dialog(text="Ada"):
        visitor.click(button("Name"))
    assert visitor.title == "Ada"
    assert visitor.dialogs == ("Sure?", "Sure?", "Name?")


def test_a_dialog_that_nobody_expected_is_dismissed_and_told(visitor: Visitor, site) -> None:
    """The page goes on, and the test may find it."""
    site.page("<button onclick='document.title = confirm(\"Sure?\")'>Ask</button>")
    visitor.open("/")
    visitor.click(button("Ask"))
    visitor.click(button("Ask"))
    assert visitor.title == "false"
    assert visitor.said[0].text == "a dialog that the test did not expect: Sure?"


def test_a_dialog_that_does_not_come_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Ask</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="no dialog came up"), hasty.dialog():
        hasty.click(button("Ask"))


def test_a_new_tab_is_gone_to_and_closed(visitor: Visitor, site) -> None:
    """What happens in it is the visitor's, too."""
    site.page("<h1>First</h1><a href=/terms target=_blank>Terms</a>")
    site.page("<h1>Terms</h1>", "/terms")
    visitor.open("/")
    with visitor.new_tab():
        visitor.click(link("Terms"))
    visitor.see(heading("Terms"))
    assert (visitor.tabs, visitor.url) == (2, "http://web.crm.internal/terms")
    visitor.close_tab()
    visitor.see(heading("First"))
    assert visitor.tabs == 1
    with pytest.raises(UsageError, match="the last tab"):
        visitor.close_tab()


def test_a_tab_that_does_not_open_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Terms</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="no tab was opened"), hasty.new_tab():
        hasty.click(button("Terms"))


def test_files_go_up_and_come_down(visitor: Visitor, site, tmp_path: Path) -> None:
    """A file is chosen without a window; what is downloaded is a file of this machine."""
    site.page(
        "<label>Photo <input type=file onchange='document.title = files[0].name + files[0].size'></label>"
        "<a href=/report.csv download>Report</a>"
    )
    site.answers["/report.csv"] = (200, {"Content-Type": "text/csv"}, b"a,b\n1,2\n")
    photo = tmp_path / "ada.png"
    photo.write_bytes(b"12345")
    visitor.open("/")
    visitor.upload(field("Photo"), photo)
    assert visitor.title == "ada.png5"
    with visitor.download() as report:
        visitor.click(link("Report"))
    assert report.path.read_bytes() == b"a,b\n1,2\n"
    with pytest.raises(UsageError, match="there is no such file"):
        visitor.upload(field("Photo"), tmp_path / "nobody.png")


def test_what_is_not_downloaded_is_told(hasty: Visitor, site) -> None:
    """After the patience is over."""
    site.page("<button>Report</button>")
    hasty.open("/")
    with pytest.raises(PageError, match="nothing was downloaded"), hasty.download():
        hasty.click(button("Report"))


def test_the_page_is_taken_along(visitor: Visitor, site) -> None:
    """As a picture, as HTML as it is now, as one document with its parts."""
    site.page("<h1 id=h></h1><script>h.textContent = 'Made by a script'</script>")
    visitor.open("/")
    assert visitor.picture().startswith(b"\x89PNG\r\n")
    assert "Made by a script" in visitor.dom()
    assert "multipart/related" in visitor.mhtml()
    assert visitor.run_script("(a, b) => ({sum: a + b, list: [1, null, true, 'x']})", 1, 2) == {
        "sum": 3,
        "list": [1, None, True, "x"],
    }
    with pytest.raises(PageError, match="nobody is not defined"):
        visitor.run_script("() => nobody")


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


def test_pages_wait_until_they_are_loaded_and_hold_regions(visitor: Visitor, site) -> None:
    """`open` returns once the sign is seen; what a region names is looked for inside it."""
    site.page(
        "<table><tr><th>Who<th>What<tr><td>Ada<td><button onclick='document.title = 1'>Edit</button>"
        "<tr><td>Grace<td><button onclick='document.title = 2'>Edit</button></table>"
        "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('h1'),"
        " {textContent: 'Deals'})), 200)</script>",
        "/deals/won",
    )
    page = Deals(visitor).open(which="won")
    assert visitor.is_seen(heading("Deals"))
    Deal(page, row().having(text("Grace"))).edit()
    assert visitor.title == "2"
    with pytest.raises(TypeError, match="set `root`"):
        Deal(page)


def test_pages_have_the_size_and_language_that_were_asked_for(browser, visitor: Visitor, site) -> None:
    """The site is told the language, dates are written in it."""
    site.page("<p id=p></p><script>p.textContent = `${innerWidth} ${innerHeight} ${navigator.language}`</script>")
    visitor.open("/")
    assert visitor.text_of(css("#p")) == "1280 900 en-US"
    assert site.asked[0][2]["accept-language"].startswith("en-US")
