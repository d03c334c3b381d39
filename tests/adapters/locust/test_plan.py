"""Runs made ready."""

import socket

import pytest

from truemirror.adapters.locust import plan
from truemirror.adapters.locust.plan import address_of, places_of, plan_of
from truemirror.core.load.profile import Arrivals, Call, Flow, Profile, Stage, Target
from truemirror.errors import CouldNotRun, UsageError

CALL = Call("tags", "GET /a", "GET", "/a")


def profile(rate: float = 100.0, mean_ms: float | None = 46.0, **more: object) -> Profile:
    """One flow of two calls."""
    flow = Flow("f", (CALL, CALL))
    fields = {"flows": (flow,), "targets": (Target("t", mean_ms=mean_ms),), "timeout": 2.0, **more}
    return Profile("p", Arrivals(rate), **fields)  # type: ignore[arg-type]


def test_places_are_four_times_what_targets_let_expect_and_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little's law: under way = rate x seconds; a service that stalls as long as the timeout drops nothing."""
    monkeypatch.setattr(plan, "file_descriptors", lambda: 1_000_000)
    assert places_of(profile()) >= 100 * (4 * 2 * 0.046 + 2.0)
    assert places_of(profile(stages=(Stage(10, 500),))) >= 500 * (4 * 2 * 0.046 + 2.0)
    assert places_of(profile(), workers=4) < places_of(profile())


def test_places_end_where_file_descriptors_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond is dropped and counted, not refused by the system in the middle of it."""
    monkeypatch.setattr(plan, "file_descriptors", lambda: 1024)
    assert places_of(profile(rate=6000)) < 1024


def test_weights_become_bounds() -> None:
    """Three to one is three quarters and the rest."""
    flows = (Flow("a", (CALL,), weight=3), Flow("b", (CALL,), weight=1))
    assert plan_of(profile(flows=flows), {"tags": "http://127.0.0.1:1"}).bounds == (0.75, 1.0)


def test_a_service_without_an_address_is_named() -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match="'tags' has no address"):
        plan_of(profile(), {})


def test_a_pool_without_rows_is_named() -> None:
    """No data for a variable is no run."""
    with pytest.raises(UsageError, match="pool 'people' is empty"):
        plan_of(profile(flows=(Flow("f", (CALL,), data="people"),)), {"tags": "http://127.0.0.1:1"})


@pytest.mark.parametrize("url", ["tags:80", "ftp://tags", "http://", "http://tags:x", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    """With what would be one."""
    with pytest.raises(UsageError, match="is no address"):
        address_of(url)


def test_an_address_is_resolved_once() -> None:
    """Family and place as connect takes them; its prefix without a slash at the end."""
    address = address_of("http://127.0.0.1:8080/base/")
    assert (address.place, address.host, address.prefix, address.tls) == (
        ("127.0.0.1", 8080),
        "127.0.0.1:8080",
        "/base",
        None,
    )


def test_a_name_of_several_places_is_the_one_where_somebody_listens() -> None:
    """`localhost` is ::1 first for many systems, and services often listen on 127.0.0.1 alone."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        places = [(int(socket.AF_INET), one.getsockname()) for one in (silent, listener)]
        assert plan._heard(places) == places[1]
        assert plan._heard(places[:1] * 2) == places[0]


def test_trust_that_cannot_be_read_is_named() -> None:
    """Certificates come from a file."""
    with pytest.raises(CouldNotRun, match="no certificates"):
        address_of("https://127.0.0.1:1", "/nothing/here.pem")
