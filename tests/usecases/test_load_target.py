"""What may be loaded with which data."""

from dataclasses import replace

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE

from truemirror.core.load.profile import Profile
from truemirror.core.mirror.standin import stand_in
from truemirror.errors import UsageError
from truemirror.usecases.load_target import check_data, check_where, services_of


def _with(value: str) -> Profile:
    """A profile whose one flow logs in with this."""
    flow = replace(PROFILE.flows[0], data="people")
    return replace(PROFILE, flows=(flow,), data={"people": ({"password": value},)})


def test_a_stand_in_is_only_sent_to_a_mirror() -> None:
    """A live target is never asked with one; the error names the row and what to write."""
    profile = _with(stand_in("demo-ada"))
    check_data(profile, "mirror")
    for where in ("live", "http://127.0.0.1:8000"):
        with pytest.raises(UsageError, match="row 1 is a stand-in") as told:
            check_data(profile, where)
        assert told.value.nearest == 'password = "env:PASSWORD"'
    check_data(_with("demo-ada"), "live")


def test_a_target_is_a_word_or_an_address() -> None:
    """Anything else names what was probably meant."""
    assert [check_where(one) for one in ("mirror", "live", "http://x:1")] == ["mirror", "live", "http://x:1"]
    with pytest.raises(UsageError) as told:
        check_where("127.0.0.1:8000")
    assert told.value.nearest == "http://127.0.0.1:8000"


def test_services_are_those_that_are_asked() -> None:
    """Each once."""
    assert services_of(PROFILE) == ("public-api",)
