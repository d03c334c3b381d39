"""What may be loaded."""

from dataclasses import replace

import pytest
from tests.core.load.tallies import profile

from truemirror.core.environment import Environment
from truemirror.core.load.guard import Permission, permitted
from truemirror.core.load.profile import Profile, Stage
from truemirror.errors import UsageError

_HOSTS = {"api": "https://api.sandbox.example", "plain": "http://api.sandbox.example", "deals": "http://10.0.3.7:8080"}
_SANDBOX = {"sandbox": Environment("sandbox", _HOSTS, max_rate=60, max_seconds=200)}


def _refused(url: str, asked: Profile | None = None, environment: str = "sandbox") -> str:
    """What is said instead of loading an address."""
    with pytest.raises(UsageError) as raised:
        permitted(asked or profile(), [url], _SANDBOX, environment)
    return str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:80/x", "http://127.9.9.9"])
def test_this_machine_may_always_be_loaded(url: str) -> None:
    """Without any environment, at any rate."""
    assert permitted(profile(rate=100_000), [url], {}) == Permission("", None)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.production.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://sub.api.sandbox.example",
        "http://api.sandbox.example.evil.example",
        "http://10.0.3.7:9090",
        "http://2130706433",
        "http://0.0.0.0",
    ],
)
def test_every_host_that_is_not_listed_is_refused(url: str) -> None:
    """However much it looks like one that is; and it is said what to write."""
    told = _refused(url)
    assert "is not in the environment 'sandbox'" in told
    assert "[tool.truemirror.environments.sandbox.hosts]" in told


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost@evil.example",
        "http://api.sandbox.example\\@evil.example",
        "ftp://localhost",
        "//localhost",
        "localhost:80",
        "http://localhost:x",
        "http://",
        "",
        "http://[::1",
        "http://localhost\n.evil.example",
    ],
)
def test_an_address_that_may_mean_another_one_is_refused(url: str) -> None:
    """It is no address that can be loaded."""
    assert "it is no address" in _refused(url)


def test_a_listed_host_may_be_loaded_within_its_ceilings() -> None:
    """With or without its port, in any case of letters."""
    allowed = permitted(profile(), ["https://API.sandbox.example", "http://10.0.3.7:8080"], _SANDBOX, "sandbox")
    assert allowed == Permission("sandbox", 0.05)
    named = replace(profile(), environment="sandbox")
    assert permitted(named, ["https://api.sandbox.example"], _SANDBOX).environment == "sandbox"


def test_without_an_environment_nothing_else_is_loaded() -> None:
    """One foreign address among own ones is enough."""
    with pytest.raises(UsageError, match="no environment allows to load it") as raised:
        permitted(profile(), ["http://localhost", "http://10.0.3.7:8080"], _SANDBOX)
    assert '"http://10.0.3.7:8080"' in raised.value.fix


def test_an_unknown_environment_names_the_nearest() -> None:
    """And allows nothing."""
    assert "nearest: sandbox" in _refused("http://api.sandbox.example", environment="sandbax")


def test_an_environment_that_does_not_say_so_is_not_loaded() -> None:
    """Flows may be run there; load has to be allowed by a rate."""
    known = {"sandbox": replace(_SANDBOX["sandbox"], max_rate=0.0)}
    with pytest.raises(UsageError, match="does not say that it may be loaded") as raised:
        permitted(profile(), ["http://10.0.3.7:8080"], known, "sandbox")
    assert "max_rate = " in raised.value.fix


def test_more_than_the_ceilings_is_refused() -> None:
    """Rates of stages count as well, and the longest look."""
    assert "makes 61 requests/s" in _refused("http://api.sandbox.example", profile(rate=61))
    assert "makes 90 requests/s" in _refused("http://api.sandbox.example", profile(stages=(Stage(5, 90),)))
    assert "takes 310 s" in _refused("http://api.sandbox.example", profile(looks=(60, 300)))
