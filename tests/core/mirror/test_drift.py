"""What a fresh recording shows that the kept one does not."""

from truemirror.core.mirror.drift import DriftKind, drift
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers


def answer(body: bytes, status: int = 200, date: str = "today") -> Response:
    """A JSON answer."""
    return Response(status, headers=Headers((("Content-Type", "application/json"), ("Date", date))), body=body)


def mirror(*outcomes: Outcome) -> Mirror:
    """One scenario in which the same thing is asked again and again."""
    return Mirror(
        "tags", scenarios=(Scenario("s", tuple(Exchange(Request("GET", "/v1/tags/t1"), one) for one in outcomes)),)
    )


def test_the_same_behaviour_is_no_drift() -> None:
    """Dates and durations do not count."""
    assert list(drift(mirror(answer(b"{}", date="monday")), mirror(answer(b"{}", date="tuesday")))) == []


def test_a_changed_answer_names_the_attribute() -> None:
    """By pointer, with both values."""
    (found,) = drift(mirror(answer(b'{"label":"a"}')), mirror(answer(b'{"name":"a"}')))
    assert found.kind is DriftKind.CHANGED
    assert found.operation == "GET /v1/tags/{}"
    assert {difference.part for difference in found.differences} == {"body:/label", "body:/name"}


def test_polling_is_compared_turn_by_turn() -> None:
    """The second answer is held against the second."""
    (found,) = drift(mirror(answer(b"1"), answer(b"2")), mirror(answer(b"1"), answer(b"3")))
    assert [(one.recorded, one.got) for one in found.differences] == [("2", "3")]


def test_what_is_gone_and_what_is_new_is_told() -> None:
    """In either direction."""
    (gone,) = drift(mirror(answer(b"1"), answer(b"2")), mirror(answer(b"1")))
    (new,) = drift(mirror(answer(b"1")), mirror(answer(b"1"), answer(b"2")))
    assert (gone.kind, new.kind) == (DriftKind.GONE, DriftKind.NEW)


def test_a_fault_against_an_answer_is_a_change_of_outcome() -> None:
    """A service that resets is not one that answers."""
    (found,) = drift(mirror(answer(b"1")), mirror(Fault(FaultKind.RESET)))
    assert found.differences[0].part == "outcome"
    assert found.differences[0].got == "fault reset"
