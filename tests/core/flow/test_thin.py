"""Of a failure all that helps is kept, of a test that passed its outline."""

from dataclasses import replace

from hypothesis import given
from tests.core.flow.values import JSON_BODIES, TRACES
from tests.flow_traces import failed_trace, failed_try, green_trace

from truemirror.core.flow.shape import shape_of
from truemirror.core.flow.thin import FILES, Limits, forgotten, is_failure, kept_try, lean, skeleton, small, thinned
from truemirror.core.flow.trace import Outcome, Trace, Try
from truemirror.core.wire.exchange import Response


@given(JSON_BODIES)
def test_a_skeleton_has_the_same_shape(body: bytes) -> None:
    """All attributes and types are there."""
    outline = skeleton(body)
    assert outline is not None
    assert shape_of(Response(200, body=outline)) == shape_of(Response(200, body=body))


@given(JSON_BODIES)
def test_a_skeleton_of_a_skeleton_is_the_same(body: bytes) -> None:
    """There is nothing left to take out."""
    assert skeleton(skeleton(body) or b"") == skeleton(body)


def test_a_skeleton_has_no_values() -> None:
    """Only names, and one member for each shape in a list."""
    assert skeleton(b'{"name": "Ada", "age": 36, "tags": ["a", "b", 1]}') == b'{"name":"","age":0,"tags":["",0]}'
    assert skeleton(b"name=Ada") is None


def test_the_first_failure_is_told_not_the_retry() -> None:
    """A try that changed something fails in another way the second time."""
    first, second = failed_try(1), replace(failed_try(2), message="another")
    broken = Try(1, Outcome.INFRASTRUCTURE)
    passed = Try(3, Outcome.PASSED)
    trace = failed_trace()
    assert kept_try(replace(trace, tries=(first, second))) is first
    assert kept_try(replace(trace, tries=(broken, second, passed))) is second
    assert kept_try(replace(trace, tries=(broken, passed))) is broken
    assert kept_try(replace(trace, tries=(passed,))) is passed
    assert kept_try(replace(trace, tries=())) is None


def test_only_what_passed_at_once_is_no_failure() -> None:
    """Flaky is one, and so are a test that never began and one that broke a contract."""
    trace = failed_trace()
    assert is_failure(replace(trace, tries=(replace(failed_try(), outcome=Outcome.PASSED),)))
    assert not is_failure(green_trace())
    assert is_failure(trace)
    assert is_failure(replace(trace, tries=(failed_try(), Try(2, Outcome.PASSED))))
    assert is_failure(replace(trace, tries=()))


@given(TRACES)
def test_what_fits_is_kept_whole(trace: Trace) -> None:
    """The telling try as it is."""
    one = kept_try(trace)
    assert one is None or kept_try(thinned(trace, Limits())) == one


def test_what_is_left_out_is_counted() -> None:
    """Calls, steps, lines and misses, added to what was left out before."""
    limits = Limits(calls=12, steps=5, lines=1, misses=0)
    one = kept_try(thinned(failed_trace(), limits))
    assert one is not None
    assert [len(part) for part in (one.calls, one.steps, one.said, one.misses)] == [12, 5, 1, 0]
    assert one.left == 3 + (15 - 12) + (9 - 5) + (3 - 1) + 1
    assert one.steps[-1] == failed_try().steps[-1]


def test_files_of_the_page_go_first() -> None:
    """Calls of the API are worth more, and of these the last."""
    kept = kept_try(thinned(failed_trace(), Limits(calls=8)))
    assert kept is not None
    assert not [call for call in kept.calls if call.kind in FILES]
    assert kept.calls == failed_try().calls[-8:]


def test_a_long_body_is_cut() -> None:
    """JSON keeps its shape, other text its beginning, and it says so."""
    one = failed_try()
    body = b'{"items": [' + b",".join(b'{"id": %d}' % number for number in range(9_000)) + b"]}"
    calls = tuple(
        replace(call, exchange=replace(call.exchange, outcome=Response(200, body=long)))
        for call, long in zip(one.calls, (body, b"x" * 70_000), strict=False)
    )
    kept = kept_try(thinned(replace(failed_trace(), tries=(replace(one, calls=calls),)), Limits()))
    assert kept is not None
    first, second = (call.exchange.outcome for call in kept.calls)
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert first.body == b'{"items":[{"id":0}]}'
    assert second.body.endswith(b"4464 bytes more were not kept")


def test_all_bodies_together_have_a_limit() -> None:
    """The last calls keep theirs, of older ones a beginning is left."""
    one = failed_try()
    calls = tuple(
        replace(call, exchange=replace(call.exchange, outcome=Response(200, body=b"x" * 5_000))) for call in one.calls
    )
    kept = kept_try(thinned(replace(failed_trace(), tries=(replace(one, calls=calls),)), Limits(bodies=20_000)))
    assert kept is not None
    sizes = [len(call.exchange.outcome.body) for call in kept.calls if isinstance(call.exchange.outcome, Response)]
    assert sizes[-3:] == [5_000] * 3
    assert max(sizes[:8]) < 1_100


def test_a_text_that_nobody_would_read_is_cut() -> None:
    """Of the message, of a step, of the console and of a miss, with the number of what is gone."""
    long = "x" * 9_000
    one = failed_try()
    steps, said = (replace(one.steps[0], problem=long),), (replace(one.said[0], text=long),)
    kept = kept_try(
        thinned(
            replace(failed_trace(), tries=(replace(one, message=long, steps=steps, said=said, misses=(long,)),)),
            Limits(),
        )
    )
    assert kept is not None
    for text in (kept.message, kept.steps[0].problem, kept.said[0].text, kept.misses[0]):
        assert text.endswith("x\n... 1000 characters more were not kept")


@given(TRACES)
def test_leaving_out_first_changes_no_outline(trace: Trace) -> None:
    """What is not looked at for secrets is not kept either."""
    assert small(lean(trace)) == small(trace)


def test_of_a_test_that_passed_no_value_is_kept() -> None:
    """No fields, no bodies but skeletons, no pictures, no lines."""
    one = small(green_trace()).tries[0]
    assert [call.kind for call in one.calls] == ["document"] + ["fetch"] * 10
    said = repr(one)
    assert "northwind" not in said
    assert "Chiara" not in said


def test_of_an_old_failure_its_message_is_kept() -> None:
    """And how every try ended."""
    trace = forgotten(replace(failed_trace(), tries=(failed_try(), Try(2, Outcome.PASSED))))
    assert [one.outcome for one in trace.tries] == [Outcome.FAILED, Outcome.PASSED]
    assert "Could not save" in trace.tries[0].message
    assert not any(step.picture for step in trace.tries[0].steps)
    assert [call.findings for call in trace.tries[0].calls if call.findings] == [
        call.findings for call in failed_try().calls if call.findings
    ]
