"""A verdict as JSON."""

import json

from tests.core.load.tallies import CALIBRATED, profile, steady, tally

from truemirror.core.load.judge import judge
from truemirror.core.load.profile import Limit
from truemirror.core.load.tally import Tally
from truemirror.core.load.verdict_document import document


def test_a_verdict_has_the_numbers_of_its_worst_gate_at_the_top() -> None:
    """And all gates below."""
    run = tally(steady(70, 30.0), limits=(25.0,))
    (found,) = judge(profile(limits=(Limit(25.0, 0.05),), stated=2500), run, 70, CALIBRATED)
    told = json.loads(json.dumps(document(found)))
    assert (told["verdict"], told["metric"], told["limit"], told["over_ms"]) == ("FAIL", "p95_ms", 0.05, 25.0)
    assert [one["metric"] for one in told["gates"]] == ["mean_ms", "p95_ms", "errors"]
    assert told["rate"]["scale"] == 0.02
    assert told["instrument"]["r_max"] == 1000
    assert told["steady"]["warmup_s"] == 10


def test_what_is_not_known_is_null() -> None:
    """An empty run has no estimate."""
    (found,) = judge(profile(), Tally(), 70, None)
    told = document(found)
    assert (told["verdict"], told["estimate"], told["ucl"]) == ("INVALID", None, None)
