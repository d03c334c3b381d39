"""The laws of the verdict."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.gate.verdict import Check, Reason, Stage, State, Verdict, judge

checks = st.builds(Check, service=st.sampled_from(["auth", "tags"]), state=st.sampled_from(State), summary=st.just("x"))
reasons = st.builds(
    Reason, rule=st.just("r"), effect=st.sampled_from([Verdict.BLOCK, Verdict.UNKNOWN]), title=st.just("t")
)
stages = st.builds(
    Stage,
    name=st.sampled_from(["contracts", "mirrors", "suites"]),
    title=st.just("Stage"),
    checks=st.lists(checks, max_size=3).map(tuple),
    reasons=st.lists(reasons, max_size=2).map(tuple),
    required=st.booleans(),
)


def kept(name: str = "contracts") -> Stage:
    """A stage that shows nothing but success."""
    return Stage(name, "Contracts", (Check("tags", State.KEPT, "fine"),))


@given(st.lists(stages, max_size=4))
def test_every_verdict_but_allow_has_a_reason_and_allow_has_none(given_stages: list[Stage]) -> None:
    """Allow means no reason; anything else names at least one."""
    judgement = judge(given_stages)
    assert (judgement.verdict is Verdict.ALLOW) == (judgement.reasons == ())


@given(st.lists(stages, max_size=4))
def test_more_success_never_turns_allow_into_block(given_stages: list[Stage]) -> None:
    """Adding a kept stage leaves allow as it is and makes nothing worse."""
    before, after = judge(given_stages), judge([*given_stages, kept()])
    if before.verdict is Verdict.ALLOW:
        assert after.verdict is Verdict.ALLOW
    if before.verdict is not Verdict.BLOCK:
        assert after.verdict is not Verdict.BLOCK


@given(st.lists(stages, max_size=4))
def test_a_broken_check_always_blocks(given_stages: list[Stage]) -> None:
    """One broken cell anywhere blocks."""
    broken = Stage("suites", "Suites", (Check("deals", State.BROKEN, "2 of 9 tests"),))
    assert judge([*given_stages, broken]).verdict is Verdict.BLOCK


def test_no_evidence_is_unknown_and_exits_with_three() -> None:
    """Without any stage the gate does not know."""
    judgement = judge([])
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.exit_code == 3
    assert judgement.reasons[0].rule == "evidence-missing"


def test_a_required_stage_that_did_not_run_is_unknown_and_an_optional_one_is_not() -> None:
    """Missing evidence that the repository asks for is never allow."""
    assert judge([kept(), Stage("suites", "Suites", note="pytest is missing")]).verdict is Verdict.UNKNOWN
    assert judge([kept(), Stage("flows", "Flows", required=False)]).verdict is Verdict.ALLOW


def test_blocking_reasons_come_first() -> None:
    """A reader sees what blocks before what is unknown."""
    unknown = Stage("mirrors", "Mirrors", reasons=(Reason("stale", Verdict.UNKNOWN, "old"),))
    broken = Stage("contracts", "Contracts", reasons=(Reason("missing", Verdict.BLOCK, "gone"),))
    assert [reason.effect for reason in judge([unknown, broken]).reasons] == [Verdict.BLOCK, Verdict.UNKNOWN]
