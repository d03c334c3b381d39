"""A profile as its file says it."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.derive_text import profile_toml
from truemirror.core.load.profile import Arrivals, Call, Flow, Judging, Limit, Model, Profile, Selection, Stage, Target
from truemirror.core.load.profile_text import parse, percentile_share
from truemirror.errors import ConfigError

PUBLIC = """
name = "public-flow"
[arrivals]
rate = 120
stated_rate = 6000
seed = 7
[judging]
looks = [60, 180]
[targets.public_flow]
services = ["public-api"]
mean_ms = 46
p95_ms = 120
errors_max = 0.001
[[flows]]
name = "ada looks at deals"
weight = 3
data = "people"
[[flows.calls]]
service = "public-api"
request = "POST /api/v1/login"
body = '{"email":"{email}","password":"{password}"}'
expects = [201]
takes = { token = "body:/token" }
[[flows.calls]]
service = "public-api"
request = "GET /api/v1/deals?limit=20&offset=0"
headers = { Authorization = "Bearer {token}" }
[data]
people = [{ email = "ada@northwind.example", password = "demo-ada" }]
"""


def read(text: str) -> Profile:
    """The profile of a text, in a system of two services."""
    return parse(tomllib.loads(text), services=("auth", "public-api"))


def mistakes(text: str) -> str:
    """What is told of a text that is wrong."""
    with pytest.raises(ConfigError) as raised:
        read(text)
    return str(raised.value)


def test_a_profile_is_read_as_it_is_written() -> None:
    """Every part of the example."""
    made = read(PUBLIC)
    assert made.name == "public-flow"
    assert (made.arrivals.rate, made.arrivals.stated_rate, made.arrivals.model) == (120, 6000, Model.POISSON)
    (target,) = made.targets
    assert target.limits == (Limit(120.0, 0.05),)
    assert target.select == Selection(services=("public-api",))
    log_in, look = made.flows[0].calls
    assert (look.method, look.target) == ("GET", "/api/v1/deals?limit=20&offset=0")
    assert look.operation == "GET /api/v1/deals"
    assert log_in.takes == {"token": "body:/token"}
    assert made.data["people"][0]["email"] == "ada@northwind.example"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("stated_rate", "stated_rates", "arrivals.stated_rates: unknown key\n  nearest: stated_rate"),
        ("rate = 120", "rate = 0", "arrivals.rate: 0 is not possible"),
        ("rate = 120", "rate = -3", "arrivals.rate: -3 is not possible"),
        ("rate = 120", "rate = nan", "arrivals.rate: nan is not possible"),
        ("rate = 120", "rate = '120'", "arrivals.rate: '120' is not a number"),
        ("rate = 120", "rate = true", "arrivals.rate: true is not a number"),
        ("rate = 120\n", "", "arrivals.rate: it is missing"),
        ("seed = 7", "model = 'poison'", "nearest: poisson"),
        ("seed = 7", "model = 'trace'", "a trace without gaps"),
        ("[60, 180]", "[5]", "judging.looks: 5 is not possible"),
        ("[60, 180]", "[180, 60]", "looks do not ascend"),
        ("[60, 180]", "[]", "nothing is ever decided"),
        ("[judging]", "stages = [{seconds = 30, rate = 120}]\n[judging]", "arrivals.stages: unknown key"),
        ("mean_ms = 46", "mean_ms = inf", "targets.public_flow.mean_ms: inf is not possible"),
        ("p95_ms", "p0_ms", "targets.public_flow.p0_ms: unknown key\n  nearest: "),
        ('["public-api"]', '["public"]', "no flow asks for 'public'\n  nearest: public-api"),
        ('"public-api"\nrequest = "GET', '"tags"\nrequest = "GET', "no service is called 'tags'"),
        ("Bearer {token}", "Bearer {tokem}", "flows.1.calls.2.headers: nobody gives the variable 'tokem'"),
        ('"{email}"', '"{e_mail}"', "flows.1.calls.1.body: nobody gives the variable 'e_mail'"),
        ("limit=20", "limit={limit}", "flows.1.calls.2.request: nobody gives the variable 'limit'"),
        ('"body:/token"', '"token"', "'token' is no place in an answer"),
        ('"GET /api', '"/api', "is no request"),
        ("[201]", "[20100]", "flows.1.calls.1.expects: 20100 is not possible"),
        ('data = "people"', 'data = "peple"', "there is no data called 'peple'\n  nearest: people"),
        ('[{ email', '[{ x = "1" }, { email', "row 2 has other variables than the first"),
        ("weight = 3", "weight = 0", "flows.1.weight: 0 is not possible"),
        ('name = "public-flow"\n', "", "name: it is missing"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    """And with the nearest thing that would have been right."""
    assert old in PUBLIC
    assert told in mistakes(PUBLIC.replace(old, new, 1))


def test_all_mistakes_of_a_profile_are_told_at_once() -> None:
    """Three of them."""
    text = PUBLIC.replace("rate = 120", "rate = 0").replace("mean_ms", "meen_ms").replace("{token}", "{tok}")
    told = mistakes(text)
    assert told.startswith("the profile has 3 mistakes")
    assert all(part in told for part in ("arrivals.rate", "nearest: mean_ms", "'tok'"))


def test_a_selection_whose_parts_do_not_go_together_selects_nothing() -> None:
    """Both names are known, no request has both."""
    text = (
        PUBLIC.replace('services = ["public-api"]', 'services = ["public-api"]\nflows = ["other"]')
        + "[[flows]]\nname = 'other'\n[[flows.calls]]\nservice = 'auth'\nrequest = 'GET /'\n"
    )
    assert "it selects no request of any flow" in mistakes(text)


def test_nothing_to_do_and_nothing_to_hold_is_told() -> None:
    """An empty run is no run."""
    told = mistakes("name = 'x'\n[arrivals]\nrate = 1")
    assert "there is nothing to hold" in told
    assert "there is nothing to do" in told


def test_a_declared_warm_up_reaches_to_the_end_of_the_ramp() -> None:
    """Else the ramp would be judged."""
    stages = "stages = [{seconds = 30, rate = 120}]\n"
    assert "ends before the stages do" in mistakes(stages + PUBLIC.replace("[judging]", "[judging]\nwarm_up = 20"))
    assert read(stages + PUBLIC).stages[0].seconds == 30


def test_a_trace_has_the_recorded_rate_when_none_is_given() -> None:
    """Two gaps of a quarter second are four a second."""
    text = PUBLIC.replace("rate = 120", "model = 'trace'\ngaps = [0.1, 0.4]").replace("stated_rate = 6000\n", "")
    assert read(text).arrivals.rate == 4


def test_the_place_is_said_as_the_caller_knows_it() -> None:
    """With file and line, for example."""
    with pytest.raises(ConfigError, match=r"load/x\.toml:3: arrivals\.rat"):
        parse({"arrivals": {"rat": 1}}, place=lambda path: f"load/x.toml:3: {'.'.join(path)}")


@pytest.mark.parametrize(
    ("key", "share"),
    [("p95_ms", 0.05), ("p50_ms", 0.5), ("p999_ms", 0.001), ("p05_ms", 0.95), ("p_ms", None), ("p9_ms", None)],
)
def test_a_percentile_is_a_share_that_may_be_over(key: str, share: float | None) -> None:
    """Exact, so that 0.05 is 0.05."""
    assert percentile_share(key) == share


_WORDS = (
    "name arrivals rate gaps model stages seconds judging looks targets x mean_ms p95_ms services flows calls "
    "service request headers body takes data weight"
)
_KEYS = _WORDS.split()
_ANY = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(_KEYS), _ANY))
def test_whatever_the_file_holds_it_is_a_profile_or_a_configuration_error(document: dict[str, object]) -> None:
    """Never a traceback."""
    with suppress(ConfigError):
        assert parse(document).targets


_WORD = st.text(st.sampled_from("abcé-_ {}\"'\\\n#🌸"), min_size=1, max_size=6)
_NUMBER = st.integers(1, 99) | st.floats(0.5, 99)
_JUDGINGS = st.builds(
    Judging,
    alpha=st.floats(0.001, 0.4),
    looks=st.lists(st.integers(30, 900).map(float), min_size=1, unique=True).map(lambda found: tuple(sorted(found))),
    batches=st.integers(10, 40),
    guard=st.sampled_from([0.0, 0.02]),
    warm_up=st.integers(20, 60).map(float),
    stratified=st.booleans(),
)


def _call(body: str, think: float) -> Call:
    """One with everything."""
    return Call("auth", "GET /a", "GET", "/a?b={x}", (("X-A", "{x}"),), body, {"t": "body:/t"}, (200,), think)


_PROFILES = st.builds(
    Profile,
    name=_WORD,
    arrivals=st.builds(Arrivals, rate=_NUMBER, stated_rate=_NUMBER, seed=st.integers(0, 9)),
    targets=st.builds(
        lambda name, mean, limits: (
            Target(name, mean_ms=mean, limits=tuple(Limit(over, share) for share, over in limits.items())),
        ),
        _WORD, _NUMBER, st.dictionaries(st.sampled_from([0.5, 0.05, 0.01, 0.001]), _NUMBER),
    ),
    flows=st.builds(
        lambda name, body, think: (Flow(name, (_call(body, think),), 2.0, "p"),),
        _WORD, _WORD, _NUMBER,
    ),
    stages=st.lists(st.builds(Stage, seconds=st.integers(1, 9).map(float), rate=_NUMBER), max_size=2).map(tuple),
    judging=_JUDGINGS,
    data=st.builds(lambda value: {"p": ({"x": value},)}, _WORD),
    environment=st.sampled_from(["", "sandbox"]),
    timeout=_NUMBER,
)  # fmt: skip


@given(_PROFILES)
def test_what_is_written_is_read_as_it_was(profile: Profile) -> None:
    """Any profile, whatever signs are in its names and bodies."""
    assert parse(tomllib.loads(profile_toml(profile))) == profile
