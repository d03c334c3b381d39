"""Requests that name their trace, and calls that are told to belong to one."""

from dataclasses import replace
from itertools import chain

from tests.adapters.reports.load_runs_made_up import PROFILE
from tests.core.load.recorded import call

from truemirror.core.load.profile_checks import checked
from truemirror.core.load.template import filled
from truemirror.core.load.traced import hop_of, traced
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers


def test_every_request_of_every_flow_has_a_trace_of_its_own() -> None:
    """A different one each turn, in the form that the standard asks for."""
    made = traced(PROFILE, 2.0, 30)
    (flow,) = made.flows
    rows = made.data[flow.data]
    parents = [filled(dict(one.headers)["traceparent"], row) for row in rows for one in flow.calls]
    assert len(set(parents)) == 30 * len(flow.calls)
    assert all(len(one) == 55 for one in parents)
    assert not list(checked(made, None, warm_up_declared=False, unread=False))


def test_rows_that_were_there_stay_there() -> None:
    """In turn, as often as it takes."""
    (flow,) = PROFILE.flows
    people = ({"email": "a"}, {"email": "b"})
    made = traced(replace(PROFILE, flows=(replace(flow, data="p"),), data={"p": people}), 1, 3)
    assert [row["email"] for row in made.data[made.flows[0].data]] == ["a", "b", "a"]
    assert set(chain.from_iterable(made.data[made.flows[0].data])) > {"email"}


def test_a_call_is_known_by_its_trace() -> None:
    """One without a trace tells nothing."""
    headers = Headers((("traceparent", f"00-{'a' * 32}-0000000000000001-01"),))
    passed = Exchange(Request("GET", "/v1/deals/d1?x=1", headers), Response(200), 12.5)
    hop = hop_of("deals", passed, 1000.0)
    assert hop is not None
    assert (hop.trace, hop.operation, hop.began_ms, hop.ended_ms) == ("a" * 32, "GET /v1/deals/{}", 1000.0, 1012.5)
    assert hop_of("deals", call("GET /v1/deals"), 0.0) is None
