"""What may destroy something does not run where that hurts, whatever the environment is called."""

import pytest

from truemirror.core.environment import Environment
from truemirror.core.flow.safety import environment_named, is_sensitive, refusal, strayed
from truemirror.errors import UsageError

STAGING = Environment("staging", sensitive=True, hosts={"web": "https://crm.example"})
SANDBOX = Environment("sandbox", sensitive=False, hosts={"web": "https://sandbox.example"})
ALIAS = Environment("alias", sensitive=False, hosts={"web": "https://crm.example:8443"})
KNOWN = {one.name: one for one in (STAGING, SANDBOX, ALIAS)}


def test_an_environment_is_sensitive_unless_it_says_otherwise() -> None:
    """Nobody has to remember to write it down."""
    assert Environment("new").sensitive


def test_only_harmless_tests_run_against_a_sensitive_environment() -> None:
    """The refusal names the environment and the marker."""
    assert refusal(STAGING, KNOWN.values(), harmless=True) == ""
    why = refusal(STAGING, KNOWN.values(), harmless=False)
    assert "staging is sensitive" in why
    assert "pytest.mark.harmless" in why


def test_any_test_runs_where_nothing_is_sensitive() -> None:
    """A sandbox is there to be changed."""
    assert refusal(SANDBOX, KNOWN.values(), harmless=False) == ""


def test_a_second_name_for_sensitive_hosts_opens_nothing() -> None:
    """Another environment with the same host, at whatever port, is as sensitive."""
    assert is_sensitive(ALIAS, KNOWN.values())
    assert refusal(ALIAS, KNOWN.values(), harmless=False)


def test_an_unknown_environment_is_told_with_the_nearest_one() -> None:
    """A slip of the finger."""
    with pytest.raises(UsageError, match="no environment 'stagin'") as told:
        environment_named("stagin", KNOWN)
    assert told.value.nearest == "staging"


def test_a_page_that_asks_another_host_has_strayed() -> None:
    """Whatever led there; what asks nobody has not."""
    urls = ["https://crm.example/a", "data:,x", "https://crm.example.evil.test/", "http://crm.example/"]
    assert strayed(urls, STAGING.authorities) == ("crm.example.evil.test:443", "crm.example:80")
