"""Who is live and who is mirrored behind pages is decided before anything starts; nothing needed is left out."""

from dataclasses import replace
from pathlib import Path

import pytest

from truemirror.config import Config, FlowsConfig, ServiceConfig
from truemirror.core.flow.trace import Target
from truemirror.errors import UsageError
from truemirror.usecases.flows_division import base_of, check_asked, divide, rules_for, target_named

WEB = ServiceConfig("web", hosts=("web.internal",), start="run web {port}", consumes=("api",))
API = ServiceConfig(
    "api", hosts=("api.internal", "api.internal:8080"), start="run api {port}", consumes=("tags", "pay")
)
TAGS = ServiceConfig("tags", hosts=("tags.internal",), start="run tags {port}")
PAY = ServiceConfig("pay", hosts=("pay.example",))
OTHER = ServiceConfig("other", hosts=("other.internal",))
CONFIG = Config(
    root=Path("/repository"),
    source=Path("/repository/truemirror.toml"),
    services={one.name: one for one in (WEB, API, TAGS, PAY, OTHER)},
    flows=FlowsConfig(pages="web", live=("web",)),
)


def test_on_mirrors_only_what_is_under_test_runs() -> None:
    """Of what is mirrored everything answers; what nobody needs may lack a mirror."""
    found = divide(CONFIG, Target.MIRROR, (), ["api", "tags"])
    assert (found.live, found.mirrored) == (("web",), ("api", "tags"))


def test_live_everything_runs_that_can_and_mirrors_stand_for_the_rest() -> None:
    """A service of somebody else has no start line."""
    found = divide(CONFIG, Target.LIVE, (), ["api", "pay"])
    assert (found.live, found.mirrored) == (("web", "api", "tags"), ("pay",))
    assert found.services == {"web", "api", "tags", "pay"}


def test_in_a_mix_the_named_services_run_beside_what_is_under_test() -> None:
    """And mirrors stand for the rest."""
    found = divide(CONFIG, Target.MIX, ("tags",), ["api", "tags"])
    assert (found.live, found.mirrored) == (("web", "tags"), ("api",))


def test_what_a_live_service_consumes_is_needed_step_by_step() -> None:
    """A mirrored api asks nobody; a live one needs tags and pay."""
    divide(CONFIG, Target.MIRROR, (), ["api"])
    with pytest.raises(UsageError, match="pay is needed and has neither a mirror nor a `start` line"):
        divide(CONFIG, Target.LIVE, (), [])
    with pytest.raises(UsageError, match="the target mix needs a mirror of tags"):
        divide(CONFIG, Target.MIX, ("api",), ["pay"])


def test_the_pages_themselves_are_needed() -> None:
    """Whatever the target."""
    config = replace(CONFIG, flows=FlowsConfig(pages="other"))
    with pytest.raises(UsageError, match="other is needed"):
        divide(config, Target.LIVE, (), ["api", "pay"])


@pytest.mark.parametrize(
    ("target", "live", "told"),
    [
        (Target.MIX, (), "needs to know what is live"),
        (Target.LIVE, ("tags",), "no service is chosen to be live"),
        (Target.MIRROR, ("tags",), "no service is chosen to be live"),
        (Target.MIX, ("tagz",), "no service is called 'tagz'"),
        (Target.MIX, ("pay",), "nothing says how it is started"),
    ],
)
def test_what_makes_no_sense_is_refused(target: Target, live: tuple[str, ...], told: str) -> None:
    """Before anything is started."""
    with pytest.raises(UsageError, match=told):
        check_asked(CONFIG, target, live)


def test_flows_without_pages_or_hosts_are_refused() -> None:
    """With the line to write."""
    with pytest.raises(UsageError, match="flows are not configured"):
        base_of(replace(CONFIG, flows=FlowsConfig()))
    bare = replace(CONFIG, services={**CONFIG.services, "web": replace(WEB, hosts=())})
    with pytest.raises(UsageError, match="the service web has no host"):
        base_of(bare)


def test_every_host_of_every_service_leads_to_its_port() -> None:
    """And the base is the first host of the pages' service."""
    assert rules_for(CONFIG, {"web": 4001, "api": 4002}) == (
        "MAP web.internal:80 127.0.0.1:4001,MAP api.internal:80 127.0.0.1:4002,"
        "MAP api.internal:8080 127.0.0.1:4002,MAP * ~NOTFOUND"
    )
    assert base_of(CONFIG) == "http://web.internal"
    https = replace(CONFIG, flows=replace(CONFIG.flows, scheme="https"))
    assert base_of(https) == "https://web.internal"
    assert rules_for(https, {"web": 4001}).startswith("MAP web.internal:443 ")


def test_an_unknown_target_is_told_with_the_nearest_one() -> None:
    """A slip of the finger."""
    assert target_named("mix") is Target.MIX
    with pytest.raises(UsageError) as told:
        target_named("mirrors")
    assert told.value.nearest == "mirror"
