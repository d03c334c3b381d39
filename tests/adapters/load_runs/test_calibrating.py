"""The generator proves itself, for real and in short."""

import urllib.request

import pytest

from truemirror.adapters.load_runs import LoadRuns, calibrating
from truemirror.adapters.load_runs.calibrating import (
    DELAY_MS,
    Proof,
    _Steps,
    answering,
    canary,
    fingerprint,
    known_delay,
    null_steps,
)
from truemirror.core.load.calibration import Step
from truemirror.core.load.histogram import bucket_of
from truemirror.core.load.tally import Cell, Instrument, Kind, Tally

KIND = Kind("known", "GET /", "known")


def test_rates_are_tried_in_order_and_measured() -> None:
    """Each step has its rate, its lag and its null mean; none is skipped."""
    steps = null_steps(LoadRuns(), 1e9, rates=(100.0, 50.0), seconds=2.0)
    assert [step.rate for step in steps] == [50.0, 100.0][: len(steps)]
    assert steps
    assert all(step.null_mean_ms > 0 and step.lag_p99_ms > 0 and step.made > 0.5 for step in steps)


def test_a_known_delay_is_never_read_as_less() -> None:
    """Whatever the machine does: what took 23 ms is not faster (how much slower, the core judges)."""
    assert known_delay(LoadRuns(), DELAY_MS, seconds=1.0) >= DELAY_MS


def test_the_server_answers_every_form_of_request() -> None:
    """With a body, and without."""
    with answering() as url:
        for body in (None, b"x" * 100_000):
            with urllib.request.urlopen(url + "/any", body) as answer:
                assert (answer.status, answer.read()) == (200, b'{"is": "known"}')


def second(planned: int, begun: int, lag_ms: float) -> Instrument:
    """A second in which all were so late."""
    return Instrument(planned=planned, begun=begun, lag={bucket_of(lag_ms): planned})


def test_the_first_step_that_does_not_hold_ends_the_proof() -> None:
    """A rate above one that failed is never believed."""
    heard = _Steps([100.0, 200.0, 400.0], 2.0, 46.0)
    seconds = {0: second(100, 100, 90), 1: second(100, 100, 90), 2: second(100, 100, 0.1), 3: second(200, 200, 0.1)}
    assert not heard.hear(Tally(instrument=seconds, cells={(2, KIND): Cell(100, 10.0)}), 0)
    late = {4: second(200, 200, 80), 5: second(400, 400, 0.1), 6: second(400, 400, 0.1)}
    last = Tally(instrument=late, cells={(4, KIND): Cell(200, 20.0), (6, KIND): Cell(400, 40.0)})
    assert heard.hear(last, 0)
    steps = heard.steps(heard.tally)
    assert [step.rate for step in steps] == [100.0, 200.0]
    assert steps[0].lag_p99_ms < 1 < 50 < steps[1].lag_p99_ms
    proof = Proof(steps, 23.0, 23.2, 0.1)
    assert proof.calibration(46.0, 50.0).r_max == 100.0


def test_a_busy_moment_is_no_proof_of_what_it_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rate that is needed did not hold, or the delay was misread, it is tried again; the best counts."""
    late, good = Step(200.0, 1.0, 80.0, 0.1), Step(200.0, 1.0, 0.1, 0.1)
    rates, delays = [(late,), (good,), ()], [25.1, 22.0, 23.2]
    monkeypatch.setattr(calibrating, "null_steps", lambda *_, **__: rates.pop(0))
    monkeypatch.setattr(calibrating, "known_delay", lambda *_, **__: delays.pop(0))
    proof = calibrating.calibrate(LoadRuns(), 46.0, enough=200.0)
    assert (proof.steps, proof.delay_read_ms) == ((good,), 23.2)
    assert (rates, delays) == ([()], [])


def test_what_never_holds_stays_unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """After three tries, and the reading nearest to the truth is told."""
    late = Step(200.0, 1.0, 80.0, 0.1)
    delays = [28.0, 25.1, 31.0]
    monkeypatch.setattr(calibrating, "null_steps", lambda *_, **__: (late,))
    monkeypatch.setattr(calibrating, "known_delay", lambda *_, **__: delays.pop(0))
    proof = calibrating.calibrate(LoadRuns(), 46.0, enough=200.0)
    assert (proof.steps, proof.delay_read_ms, proof.calibration(46.0, 50.0).r_max) == ((late,), 25.1, 0.0)


def test_what_did_not_even_begin_was_not_made() -> None:
    """Far fewer than planned by the rate is a step that does not hold, whatever its lag."""
    heard = _Steps([1000.0], 2.0, 46.0)
    heard.hear(Tally(instrument={2: second(500, 500, 0.1)}, cells={(2, KIND): Cell(500, 50.0)}), 0)
    (step,) = heard.steps(heard.tally)
    assert step == Step(1000.0, 0.5, step.lag_p99_ms, 0.1)


def test_the_canary_and_the_fingerprint_are_of_this_machine() -> None:
    """The same work takes time; the same machine is the same."""
    assert canary() > 0
    assert fingerprint() == fingerprint()
