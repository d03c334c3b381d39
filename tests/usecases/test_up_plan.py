"""What `up` starts is decided before anything starts."""

from pathlib import Path

import pytest

from truemirror.config import Config, ServiceConfig
from truemirror.core.route import Route
from truemirror.core.system import Address, Launch, State
from truemirror.errors import UsageError
from truemirror.usecases.up_plan import choose, mirror_names, missing_neighbours, plan, wanted_ports

AUTH = ServiceConfig(name="auth", env="AUTH_URL", start="run auth {port}")
TAGS = ServiceConfig(
    name="tags",
    env="TAGS_URL",
    start="{python} tags.py {port}",
    cwd="services/tags",
    environment={"DEBUG": "1", "CLOCK": "noon"},
    consumes=("auth", "billing"),
    health="/up",
    start_timeout=3.0,
)
BILLING = ServiceConfig(name="billing", env="BILLING_URL")
CONFIG = Config(
    root=Path("/repository"),
    source=Path("/repository/truemirror.toml"),
    environment={"CLOCK": "morning", "ZONE": "UTC"},
    services={"auth": AUTH, "billing": BILLING, "tags": TAGS},
)


def refusal(config: Config, services: tuple[str, ...] = (), mirrors: tuple[str, ...] = ()) -> UsageError:
    """Why a choice is refused."""
    with pytest.raises(UsageError) as caught:
        choose(config, services, mirrors)
    return caught.value


def test_all_that_can_be_started_are_live() -> None:
    """A service without a start line is left out when nobody names it."""
    assert choose(CONFIG) == {"auth": State.LIVE, "tags": State.LIVE}


def test_a_mirror_takes_the_place_of_the_service() -> None:
    """The mirrored one is not started; one that cannot be started can still be mirrored."""
    assert list(choose(CONFIG, mirrors=("auth", "billing")).items()) == [
        ("auth", State.MIRROR),
        ("billing", State.MIRROR),
        ("tags", State.LIVE),
    ]


def test_named_services_are_the_only_live_ones() -> None:
    """Mirrors are added to them."""
    assert choose(CONFIG, ("tags",), ("auth",)) == {"tags": State.LIVE, "auth": State.MIRROR}


def test_a_service_named_twice_is_one() -> None:
    """A mirror that is named as a service too is a mirror."""
    assert choose(CONFIG, ("tags", "tags"), ("tags",)) == {"tags": State.MIRROR}


@pytest.mark.parametrize(("services", "mirrors"), [(("tag",), ()), ((), ("tag",))])
def test_a_name_that_is_not_configured_names_the_nearest(services: tuple[str, ...], mirrors: tuple[str, ...]) -> None:
    """Nothing is started by a typing error."""
    error = refusal(CONFIG, services, mirrors)
    assert (error.what, error.nearest) == ("no service is called 'tag'", "tags")
    assert "auth, billing, tags" in error.fix


def test_naming_a_service_that_cannot_be_started_is_refused() -> None:
    """The error offers its mirror."""
    error = refusal(CONFIG, ("billing",))
    assert error.where == "service billing"
    assert "--mirror billing" in error.fix
    assert str(CONFIG.source) in error.fix


def test_nothing_to_start_is_refused() -> None:
    """With a configuration a start line is missing, without one the configuration is."""
    assert "start = " in refusal(Config(root=Path("/r"), source=Path("/r/x"), services={"billing": BILLING})).fix
    assert "truemirror init" in refusal(Config(root=Path("/r"))).fix
    assert "truemirror init" in refusal(Config(root=Path("/r")), ("tags",)).fix


def test_ports_are_counted_in_the_order_of_the_configuration() -> None:
    """A service keeps its port whoever else is started."""
    assert wanted_ports(CONFIG, ["auth", "tags"], 8000) == {"auth": 8000, "tags": 8002}
    assert wanted_ports(CONFIG, ["tags"], 8000) == {"tags": 8002}
    assert wanted_ports(CONFIG, ["tags"]) == {"tags": 0}


def test_everybody_is_told_every_address() -> None:
    """Variables of the system go before none: a service's own environment has the last word."""
    made = plan(CONFIG, {"auth": State.MIRROR, "tags": State.LIVE}, {"auth": 1, "tags": 2}, python="/py")
    assert made.addresses == (
        Address("auth", "http://127.0.0.1:1", State.MIRROR, "AUTH_URL"),
        Address("tags", "http://127.0.0.1:2", State.LIVE, "TAGS_URL"),
    )
    told = {"AUTH_URL": "http://127.0.0.1:1", "TAGS_URL": "http://127.0.0.1:2"}
    assert made.environment == told
    assert made.launches == (
        Launch(
            service="tags",
            arguments=("/py", "tags.py", "2"),
            port=2,
            environment={"PORT": "2", **told, "CLOCK": "noon", "ZONE": "UTC", "DEBUG": "1"},
            folder="/repository/services/tags",
            health="/up",
            patience=3.0,
        ),
    )
    assert made.ports(State.MIRROR) == {"auth": 1}


def test_what_is_recorded_answers_behind_its_proxy() -> None:
    """Everybody is told the proxy's address; the service itself listens elsewhere, and mirrors are not recorded."""
    states = choose(CONFIG, mirrors=("auth",), record=True)
    made = plan(CONFIG, states, {"auth": 1, "tags": 2}, python="/py", behind={"auth": 3, "tags": 4})
    assert [address.state for address in made.addresses] == [State.MIRROR, State.RECORDED]
    assert made.environment["TAGS_URL"] == "http://127.0.0.1:2"
    assert made.routes == (Route("tags", "http://127.0.0.1:4", "127.0.0.1", 2),)
    assert made.launches[0].port == 4


def test_neighbours_that_will_not_answer_are_found() -> None:
    """Only live services call anybody."""
    assert missing_neighbours(CONFIG, {"tags": State.LIVE}) == {"tags": ("auth", "billing")}
    assert missing_neighbours(CONFIG, {"tags": State.LIVE, "auth": State.MIRROR}) == {"tags": ("billing",)}
    assert missing_neighbours(CONFIG, {"tags": State.MIRROR}) == {}


def test_a_mirror_may_be_of_one_version() -> None:
    """Its service is who it stands for; two of one service have no two addresses to be told."""
    assert choose(CONFIG, mirrors=("auth@1.0.0",))["auth"] is State.MIRROR
    assert mirror_names(("auth@1.0.0", "billing")) == {"auth": "auth@1.0.0", "billing": "billing"}
    error = refusal(CONFIG, mirrors=("auth@1.0.0", "auth@2.0.0"))
    assert "cannot both be auth in one system" in error.what
    assert "truemirror serve auth@1.0.0 auth@2.0.0" in error.fix


def test_a_live_service_has_no_versions_to_choose_from() -> None:
    """The remedy names its mirror."""
    assert "--mirror auth@1.0.0" in refusal(CONFIG, services=("auth@1.0.0",)).fix
