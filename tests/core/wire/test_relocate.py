"""Redirects inside the mirror."""

import pytest

from truemirror.core.wire.headers import Headers
from truemirror.core.wire.relocate import relocated

HERE = "127.0.0.1:9000"


def is_own(authority: str, path: str) -> bool:
    """The recorded service is tags.internal, all of it."""
    return authority == "tags.internal"


def moved(address: str, prefix: str = "") -> str | None:
    """Where a Location leads."""
    return relocated(Headers((("Location", address),)), is_own, HERE, prefix).get("location")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://tags.internal/v1/tags?a=1#x", "http://127.0.0.1:9000/v1/tags?a=1#x"),
        ("https://TAGS.internal/v1", "http://127.0.0.1:9000/v1"),
        ("http://tags.internal", "http://127.0.0.1:9000"),
        ("http://tags.internal?page=2", "http://127.0.0.1:9000?page=2"),
        ("//tags.internal/v1", "//127.0.0.1:9000/v1"),
    ],
)
def test_the_services_own_addresses_lead_to_the_mirror(address: str, expected: str) -> None:
    """Authority and scheme change, everything behind them stays."""
    assert moved(address) == expected


@pytest.mark.parametrize(
    "address", ["http://elsewhere/v1", "/v1/tags", "tags/2", "", "ftp://tags.internal/x", "mailto:a@b"]
)
def test_all_other_addresses_stay(address: str) -> None:
    """Other services and relative addresses are none of the mirror's business."""
    assert moved(address) == address


def test_a_service_below_a_path_keeps_its_redirects_below_it() -> None:
    """Absolute paths lead below the prefix, too; relative ones are there already."""
    assert moved("/v1/tags", "/tags") == "/tags/v1/tags"
    assert moved("http://tags.internal/v1", "/tags") == "http://127.0.0.1:9000/tags/v1"
    assert moved("next", "/tags") == "next"


def test_other_fields_are_not_touched() -> None:
    """Only Location and Content-Location are addresses of this answer; names keep their case, the rest is the same."""
    headers = Headers((("Link", "<http://tags.internal/>"), ("CONTENT-location", "http://tags.internal/a")))
    assert relocated(headers, is_own, HERE).pairs == (headers.pairs[0], ("CONTENT-location", "http://127.0.0.1:9000/a"))
    untouched = Headers((("Link", "<http://tags.internal/>"),))
    assert relocated(untouched, is_own, HERE) is untouched
