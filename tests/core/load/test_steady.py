"""A mirror that many ask at once answers each request of a conversation in one way."""

from tests.core.load.recorded import call

from truemirror.core.load.steady import steady
from truemirror.core.mirror.model import Mirror, Scenario

GONE = [call("GET /v1/a"), call("DELETE /v1/a", status=204), call("GET /v1/a", status=404)]


def test_a_repetition_with_another_status_is_taken_out() -> None:
    """The first answer stays."""
    (scenario,) = steady(Mirror("deals", scenarios=(Scenario("a", tuple(GONE)),))).scenarios
    assert [one.status for one in scenario.exchanges] == [200, 204]


def test_conversations_do_not_touch_each_other() -> None:
    """What one of them saw gone, another one may see."""
    made = steady(Mirror("deals", scenarios=(Scenario("a", tuple(GONE)), Scenario("b", tuple(GONE[2:])))))
    assert [len(one.exchanges) for one in made.scenarios] == [2, 1]


def test_who_asks_tells_requests_apart() -> None:
    """Two people who ask the same may be answered differently."""
    both = (call("GET /v1/a", token="one"), call("GET /v1/a", token="two", status=403))
    assert len(steady(Mirror("deals", scenarios=(Scenario("a", both),)))) == 2
