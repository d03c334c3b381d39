"""The gate gathers every kind of evidence, and says what it could not look at."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from truemirror.config import Config, FlowsConfig, ServiceConfig
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.suite import Suite, SuiteResult, TestOutcome
from truemirror.core.gate.verdict import Stage, State, Verdict
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.usecases.check import CheckResult
from truemirror.usecases.gate import Sources, flow_suites_of, run_gate, suites_of

SERVICES = {
    "tags": ServiceConfig("tags", owner="team-tags", suite="suites/isolation/tags"),
    "deals": ServiceConfig("deals", owner="team-deals", consumes=("tags",), suite="suites/isolation/deals"),
}
BROKEN = Finding(
    "response-attribute-missing", Level.BREAK, "tags", "GET /v1/tags/{tag_id}", "response 200 body /label",
    "`label` is missing", consumers=("deals",), owner="team-tags",
)  # fmt: skip


class Clock:
    """A day that stands still."""

    def today(self) -> str:
        """Always the same day."""
        return "2026-03-20"

    def monotonic_ms(self) -> float:
        """Always the same moment."""
        return 0.0


class Silent:
    """Watches and remembers the stages."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def begin(self, name: str, title: str, total: int | None = None) -> None:
        """Nothing to show."""

    def step(self, note: str) -> None:
        """Nothing to show."""

    def end(self, stage: Stage) -> None:
        """Remember it."""
        self.ended.append(stage.name)


class Runner:
    """Gives each suite the outcomes that the test wants."""

    def __init__(self, state: State = State.KEPT, could_not_run: str = "") -> None:
        self.state, self.could_not_run = state, could_not_run

    def run(self, suites: Sequence[Suite]) -> Iterator[SuiteResult]:
        """One test each, which used one operation of tags."""
        for suite in suites:
            name = f"{suite.path}/test_it.py::test_lists"
            tests = () if self.could_not_run else (TestOutcome(name, self.state, "boom"),)
            yield SuiteResult(suite, tests, self.could_not_run, {name: {"tags": ["GET /v1/tags/{}"]}})


def judged(
    checked: CheckResult, runner: Runner | None = None, config: Config | None = None, mirrors: Sequence[Mirror] = ()
) -> Evidence:
    """Run the gate over this evidence."""
    settings = config or Config(root=Path(), services=SERVICES)
    sources = Sources(lambda: checked, lambda: mirrors, suites_of(settings), runner or Runner(), Clock())
    return run_gate(settings, sources, Silent(), {})


KEPT = CheckResult(checked={"tags": 12}, contracts={"tags": ("1.0.0", 5)}, recorded={"tags": 5})


def test_everything_kept_is_allow() -> None:
    """Contracts, mirrors and suites agree."""
    evidence = judged(KEPT)
    assert evidence.judgement.verdict is Verdict.ALLOW
    assert [stage.name for stage in evidence.judgement.stages] == ["contracts", "mirrors", "suites"]


def test_a_broken_attribute_blocks_and_names_owner_consumers_and_tests() -> None:
    """One reason tells who broke it, who is hit and which tests use it."""
    checked = CheckResult((BROKEN, BROKEN), {"tags": 12}, {"tags": ("1.0.0", 5)})
    judgement = judged(checked).judgement
    (reason,) = judgement.reasons
    assert judgement.verdict is Verdict.BLOCK
    assert (reason.owner, reason.consumers, reason.seen) == ("team-tags", ("deals",), 2)
    assert reason.tests[0].endswith("test_it.py::test_lists")


def test_a_broken_suite_blocks_and_says_how_to_run_it() -> None:
    """The next step is a command."""
    reasons = judged(KEPT, Runner(State.BROKEN)).judgement.reasons
    assert [reason.rule for reason in reasons] == ["suite-broken", "suite-broken"]
    assert "python -m pytest suites/isolation/tags -k 'test_lists'" in {reason.next_step for reason in reasons}
    assert all(reason.evidence == "boom" for reason in reasons)


def test_a_suite_that_could_not_run_is_unknown_with_its_own_words() -> None:
    """Not knowing is not the same as being broken."""
    judgement = judged(KEPT, Runner(could_not_run="ImportError: no module named crm")).judgement
    assert judgement.verdict is Verdict.UNKNOWN
    assert "ImportError" in judgement.reasons[0].evidence


def test_a_suite_whose_tests_were_all_skipped_is_no_evidence() -> None:
    """Skipping everything is never allow."""
    assert judged(KEPT, Runner(State.NOT_RUN)).judgement.verdict is Verdict.UNKNOWN


def test_a_mirror_without_a_contract_is_unknown_and_names_the_command() -> None:
    """It cannot be held against anything."""
    judgement = judged(CheckResult(checked={"tags": 12})).judgement
    assert judgement.verdict is Verdict.UNKNOWN
    assert "truemirror infer tags" in {reason.next_step for reason in judgement.reasons}


def test_an_unreadable_file_blocks_and_is_named() -> None:
    """What it promised is unknown to everybody."""
    place = "mirrors/tags/1.0.0/ada/0001.json, line 2"
    checked = CheckResult(
        checked={"tags": 12}, contracts=KEPT.contracts, unreadable=((place, "torn; record it again"),)
    )
    judgement = judged(checked).judgement
    assert judgement.verdict is Verdict.BLOCK
    (reason,) = judgement.reasons
    assert (reason.places, reason.service, reason.next_step) == ((place,), "tags", "record it again")
    assert [stage.state for stage in judgement.stages[:2]] == [State.KEPT, State.BROKEN]


def test_old_mirrors_block_only_when_the_configuration_refuses_them() -> None:
    """The limit is the configuration's."""
    mirror = Mirror("tags", scenarios=(Scenario("s", recorded="2026-03-01"),))
    warn = Config(root=Path(), services=SERVICES, max_age_days=7)
    refuse = Config(root=Path(), services=SERVICES, max_age_days=7, stale="refuse")
    assert judged(KEPT, config=warn, mirrors=[mirror]).judgement.verdict is Verdict.ALLOW
    judgement = judged(KEPT, config=refuse, mirrors=[mirror]).judgement
    assert judgement.verdict is Verdict.BLOCK
    assert "19 days old, allowed are 7" in judgement.reasons[0].title


def test_suites_that_are_configured_and_left_out_are_never_allow() -> None:
    """What was not run is no evidence."""
    config = Config(root=Path(), services=SERVICES)
    sources = Sources(lambda: KEPT, tuple, (), Runner(), Clock())
    assert run_gate(config, sources, Silent(), {}).judgement.verdict is Verdict.UNKNOWN


def test_a_mirror_whose_age_nobody_can_tell_is_unknown() -> None:
    """A date that is none, or is missing from one scenario, is no evidence of freshness."""
    config = Config(root=Path(), services=SERVICES, max_age_days=7)
    for dates in (["yesterday"], ["2026-03-20", ""]):
        scenarios = tuple(Scenario(f"s{number}", recorded=day) for number, day in enumerate(dates))
        judgement = judged(KEPT, config=config, mirrors=[Mirror("tags", scenarios=scenarios)]).judgement
        assert judgement.verdict is Verdict.UNKNOWN


def dated(*days: str) -> Mirror:
    """A mirror of tags with a scenario for each day."""
    return Mirror("tags", scenarios=tuple(Scenario(f"s{number}", recorded=day) for number, day in enumerate(days)))


def test_a_mirror_that_is_too_old_names_whom_to_ask_and_what_to_do() -> None:
    """Owner, consumers, place and the command."""
    config = Config(root=Path(), services=SERVICES, max_age_days=7, stale="refuse")
    (reason,) = judged(KEPT, config=config, mirrors=[dated("2026-03-19", "2026-03-01")]).judgement.reasons
    assert (reason.rule, reason.owner, reason.consumers) == ("mirror-stale", "team-tags", ("deals",))
    assert reason.next_step == "truemirror record tags --upstream URL"


def test_a_mirror_that_is_too_old_is_a_warning_where_the_configuration_warns() -> None:
    """Allow, with a finding and a word in the matrix."""
    config = Config(root=Path(), services=SERVICES, max_age_days=7)
    evidence = judged(KEPT, config=config, mirrors=[dated("2026-03-01")])
    (finding,) = evidence.findings
    assert (finding.rule, finding.level, finding.owner) == ("mirror-stale", Level.WARN, "team-tags")
    (check,) = evidence.judgement.stages[2].checks
    assert (check.state, check.warns, check.summary) == (State.KEPT, True, "19 days old, allowed are 7")


def test_a_service_may_have_a_limit_of_its_own() -> None:
    """It wins over that of the whole configuration, and holds where there is none."""
    old = [dated("2026-03-01")]
    for whole, own, verdict in ((7, 30, Verdict.ALLOW), (None, 7, Verdict.BLOCK), (30, 7, Verdict.BLOCK)):
        services = {**SERVICES, "tags": ServiceConfig("tags", suite="suites/isolation/tags", max_age_days=own)}
        config = Config(root=Path(), services=services, max_age_days=whole, stale="refuse")
        assert judged(KEPT, config=config, mirrors=old).judgement.verdict is verdict


def test_a_date_that_nobody_can_read_is_unknown_with_a_next_step() -> None:
    """Also one that is still to come; an old scenario beside it breaks all the same."""
    config = Config(root=Path(), services=SERVICES, max_age_days=7, stale="refuse")
    for day in ("", "yesterday", "2026-04-20"):
        judgement = judged(KEPT, config=config, mirrors=[dated("2026-03-20", day)]).judgement
        assert judgement.verdict is Verdict.UNKNOWN
        (reason,) = judgement.reasons
        assert (reason.rule, reason.owner) == ("mirror-undated", "team-tags")
        assert reason.next_step == "truemirror record tags --upstream URL"
    assert judged(KEPT, config=config, mirrors=[dated("2026-03-01", "")]).judgement.verdict is Verdict.BLOCK


# -- flows -----------------------------------------------------------------------------------------------------------

WITH_FLOWS = Config(root=Path(), services=SERVICES, flows=FlowsConfig(suite="suites/flows", pages="deals"))


def flown(runner: object, why: tuple[str, str] = ("", ""), *, left_out: bool = False) -> Evidence:
    """Run the gate where flows are configured."""
    suites, flows = suites_of(WITH_FLOWS), () if left_out else flow_suites_of(WITH_FLOWS)
    sources = Sources(lambda: KEPT, lambda: (), suites, runner, Clock(), flows, lambda: why)  # type: ignore[arg-type]
    return run_gate(WITH_FLOWS, sources, Silent(), {})


class OnlyFlows:
    """Flows come out so, everything else is kept."""

    def __init__(self, *states: State) -> None:
        self.states = states

    def run(self, suites: Sequence[Suite]) -> Iterator[SuiteResult]:
        """One test for each state."""
        for suite in suites:
            states = self.states if suite.kind == "flows" else (State.KEPT,)
            yield SuiteResult(suite, tuple(TestOutcome(f"{suite.path}::test_{one}", one, "boom") for one in states))


def test_flows_are_a_stage_where_they_are_configured() -> None:
    """The last one, since it is the dearest; its results are told with those of the suites."""
    evidence = flown(OnlyFlows(State.KEPT))
    assert evidence.judgement.verdict is Verdict.ALLOW
    assert [stage.name for stage in evidence.judgement.stages] == ["contracts", "mirrors", "suites", "flows"]
    assert evidence.suites[-1].suite == Suite("deals", "suites/flows", "flows")


def test_a_broken_flow_blocks() -> None:
    """Named as one, with the team of the pages."""
    judgement = flown(OnlyFlows(State.KEPT, State.BROKEN)).judgement
    (reason,) = judgement.reasons
    assert judgement.verdict is Verdict.BLOCK
    assert (reason.title, reason.owner) == ("flows of deals break: 1 of 2 tests of its flows suite", "team-deals")


def test_without_a_browser_flows_are_not_run_and_the_verdict_is_unknown() -> None:
    """Never allow; the next step installs one."""
    judgement = flown(OnlyFlows(State.KEPT), ("the browser is not there", "apt-get install chromium")).judgement
    (reason,) = judgement.reasons
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.stages[-1].state is State.NOT_RUN
    assert reason.title == "Flows in a browser: not run, the browser is not there"
    assert reason.next_step == "apt-get install chromium"


def test_flows_that_are_left_out_make_the_verdict_unknown() -> None:
    """What the repository asks for and nobody looked at is not kept."""
    judgement = flown(OnlyFlows(State.KEPT), left_out=True).judgement
    assert judgement.verdict is Verdict.UNKNOWN
    assert "left out" in judgement.reasons[0].title


def test_a_flow_whose_browser_broke_every_time_makes_the_verdict_unknown() -> None:
    """It is neither kept nor broken; a broken one beside it still blocks."""
    judgement = flown(OnlyFlows(State.KEPT, State.UNKNOWN)).judgement
    assert judgement.verdict is Verdict.UNKNOWN
    assert [reason.rule for reason in judgement.reasons] == ["suite-unknown"]
    assert flown(OnlyFlows(State.BROKEN, State.UNKNOWN)).judgement.verdict is Verdict.BLOCK
