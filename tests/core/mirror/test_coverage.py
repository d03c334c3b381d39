"""Coverage adds up, whichever way it is counted."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.coverage import Coverage, GapKind, Shown, coverage_of
from truemirror.core.mirror.staleness import Age

OPERATIONS = ("GET /v1/deals", "POST /v1/deals", "GET /v1/deals/{deal_id}")
DECLARED = dict.fromkeys(OPERATIONS[:2], ("200", "404", "default")) | {"DELETE /v1/deals/{deal_id}": ("204", "404")}
SHOWN = st.lists(
    st.builds(
        Shown,
        scenario=st.sampled_from(["ada", "bob", "eve"]),
        number=st.integers(1, 99),
        request=st.just("GET /v1/deals"),
        operation=st.sampled_from(OPERATIONS),
        status=st.sampled_from(["200", "404", "500", "reset"]),
    ),
    max_size=20,
)


def counted(shown: list[Shown], used: frozenset[int] | None, *, contract: bool = True) -> Coverage:
    """Count a mirror."""
    return coverage_of("deals", "1.0.0", "1.0.0", Age(), shown, DECLARED if contract else None, used)


@given(SHOWN, st.data(), st.booleans())
def test_every_way_of_counting_gives_the_same_sums(shown: list[Shown], data: st.DataObject, contract: bool) -> None:
    """By operation, by status, by scenario, and in all."""
    used = frozenset(data.draw(st.sets(st.sampled_from(range(len(shown)))))) if shown else frozenset[int]()
    one = counted(shown, used, contract=contract)
    for lines in (one.operations, one.statuses, one.scenarios):
        assert sum(line.recordings for line in lines) == one.recordings == len(shown)
        assert sum(line.used or 0 for line in lines) == one.used == len(used)
        assert all(0 <= (line.used or 0) <= line.recordings for line in lines)


@given(SHOWN.filter(bool), st.data())
def test_using_more_never_lowers_a_count(shown: list[Shown], data: st.DataObject) -> None:
    """Nor does it raise the number of recordings that nobody used."""
    places = st.sampled_from(range(len(shown)))
    few = frozenset(data.draw(st.sets(places)))
    less, more = counted(shown, few), counted(shown, few | {data.draw(places)})
    for before, after in zip(
        (*less.operations, *less.statuses, *less.scenarios),
        (*more.operations, *more.statuses, *more.scenarios),
        strict=True,
    ):
        assert (before.name, before.status) == (after.name, after.status)
        assert (before.used or 0) <= (after.used or 0)
    assert (less.exercised or 0) <= (more.exercised or 0)
    assert _unused(less) >= _unused(more)


def _unused(one: Coverage) -> int:
    """Recordings in gaps of scenarios and recordings."""
    kinds = (GapKind.SCENARIO_UNUSED, GapKind.RECORDING_UNUSED)
    return sum(gap.recordings for gap in one.gaps if gap.kind in kinds)


@given(SHOWN.filter(bool), st.data())
def test_unused_recordings_are_each_told_once(shown: list[Shown], data: st.DataObject) -> None:
    """As a part of a whole scenario, or by themselves."""
    used = frozenset(data.draw(st.sets(st.sampled_from(range(len(shown))))))
    assert _unused(counted(shown, used)) == len(shown) - len(used)


@given(SHOWN)
def test_what_nobody_measured_is_none_and_never_zero(shown: list[Shown]) -> None:
    """And there is no gap of use."""
    one = counted(shown, None)
    assert one.used is one.exercised is one.errors()[2] is None
    assert all(line.used is None for line in (*one.operations, *one.statuses, *one.scenarios))
    assert not any(gap.kind.endswith("unused") for gap in one.gaps)


def show(*pairs: tuple[str, str]) -> list[Shown]:
    """Recordings of operations with statuses, in one scenario."""
    return [Shown("ada", number, name, name, status) for number, (name, status) in enumerate(pairs, 1)]


def test_gaps_between_contract_and_recording_are_named() -> None:
    """Each way round: operations and statuses that only one of them has."""
    one = counted(show(("GET /v1/deals", "200"), ("GET /v1/deals", "302"), ("PUT /v1/deals", "200")), None)
    assert {(gap.kind.value, gap.what) for gap in one.gaps} == {
        ("operation-unrecorded", "POST /v1/deals"),
        ("operation-unrecorded", "DELETE /v1/deals/{deal_id}"),
        ("operation-undeclared", "PUT /v1/deals"),
        ("status-unrecorded", "GET /v1/deals 404"),
        ("status-unrecorded", "GET /v1/deals default"),
        ("status-undeclared", "GET /v1/deals 302"),
    }
    assert (one.declared, one.recorded) == (3, 1)
    assert one.errors() == (5, 0, None)


def test_what_the_service_refused_as_unknown_is_no_undeclared_operation() -> None:
    """A client that asked for what is not there says nothing of the service."""
    one = counted(show(("GET /nowhere", "404"), ("PUT /health", "405")), frozenset())
    assert {gap.kind for gap in one.gaps} == {GapKind.OPERATION_UNRECORDED, GapKind.SCENARIO_UNUSED}


def test_an_error_that_is_recorded_and_not_exercised_is_a_gap() -> None:
    """While the operation itself is used."""
    one = counted(show(("GET /v1/deals", "200"), ("GET /v1/deals", "404")), frozenset({0}))
    kinds = Counter(gap.kind for gap in one.gaps if gap.kind.endswith("unused"))
    assert kinds == {GapKind.STATUS_UNUSED: 1, GapKind.RECORDING_UNUSED: 1}
    assert one.errors() == (5, 1, 0)


def test_without_a_contract_nothing_is_said_of_declarations() -> None:
    """There is nothing to compare with."""
    assert counted(show(("GET /v1/deals", "200")), None, contract=False).gaps == ()


class _Compared(str):
    """A text that counts how often it is held against another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        """As of any text."""
        _Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_contract_of_many_statuses_is_counted_in_one_go() -> None:
    """Each status is looked up, not held against all others."""
    declared = {"GET /v1/deals": tuple(_Compared(number) for number in range(500))}
    _Compared.times = 0
    coverage_of("deals", "1.0.0", "1.0.0", Age(), [], declared, None)
    assert _Compared.times < 20 * 500
