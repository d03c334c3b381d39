"""A recorded WebSocket, walked again: laws of the pure part."""

from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.merge import Recorded, joined, opened_by
from truemirror.core.mirror.talk import Talk
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.frame import SAID, Frame, FrameKind, Side, cut
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import frames

OPENING = Request("GET", "/ws", Headers((("Upgrade", "websocket"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))))
_words = st.builds(
    Frame, st.sampled_from(Side), st.sampled_from([FrameKind.TEXT]), st.text(max_size=8).map(str.encode),
    st.floats(0, 1000),
)  # fmt: skip
_noise = st.builds(Frame, st.sampled_from(Side), st.sampled_from([FrameKind.PING, FrameKind.PONG]))
conversations = st.lists(_words | _noise, max_size=12).map(tuple)


def walked(talk: Talk) -> list[Frame]:
    """What the server says to a client that says exactly what was recorded."""
    heard = talk.opening()
    said = list(heard.sayings)
    while heard.place < len(talk.frames):
        word = talk.frames[heard.place]
        heard = talk.heard(heard.place, word.kind, talk.word(word.payload, text=word.kind is FrameKind.TEXT))
        assert heard.differences == ()
        said += heard.sayings
    return [one.frame for one in said]


@given(conversations)
def test_whoever_says_what_was_recorded_hears_what_was_recorded(conversation: tuple[Frame, ...]) -> None:
    """All of the server's words in their order, less its pongs."""
    told = [one for one in conversation if one.side is Side.SERVER and one.kind is not FrameKind.PONG]
    assert walked(Talk(OPENING, conversation)) == told


@given(conversations, st.text(max_size=8))
def test_another_word_is_told_apart(conversation: tuple[Frame, ...], other: str) -> None:
    """It has no answer, and the place stays."""
    talk = Talk(OPENING, conversation)
    place = talk.opening().place
    same = place < len(conversation) and conversation[place].payload == other.encode()
    heard = talk.heard(place, FrameKind.TEXT, talk.word(other.encode(), text=True))
    assert bool(heard.differences) != same
    if not same:
        assert (heard.place, heard.sayings) == (place, ())


@given(conversations)
def test_no_wait_is_longer_than_the_recording(conversation: tuple[Frame, ...]) -> None:
    """Each is the time since what came before, and never negative."""
    heard = Talk(OPENING, conversation).opening()
    assert all(0 <= one.wait_ms <= 1000 for one in heard.sayings)


@given(frames)
def test_fragments_make_up_the_payload(frame: Frame) -> None:
    """Whatever their sizes say."""
    assert b"".join(cut(frame)) == frame.payload
    assert len(cut(frame)) == max(1, len(frame.pieces))


def exchange(conversation: tuple[Frame, ...], key: str = "a") -> Exchange:
    """A conversation as an exchange."""
    asked = Headers((("Upgrade", "websocket"), ("Sec-WebSocket-Key", key)))
    return Exchange(Request("GET", "/ws", asked), Response(101, frames=conversation))


@given(conversations, conversations)
def test_the_id_holds_what_was_said_not_when(one: tuple[Frame, ...], other: tuple[Frame, ...]) -> None:
    """Each side's words in their order; neither times, pings, nor the client's key of the day."""

    def words(conversation: tuple[Frame, ...]) -> list[list[bytes]]:
        return [[f.payload for f in conversation if f.side is side and f.kind in SAID] for side in Side]

    same = exchange_id(exchange(one)) == exchange_id(exchange(other, "b"))
    if words(one) == words(other):
        assert same == (bool(one) == bool(other))
    else:
        assert not same


@given(conversations, st.integers(0, 12))
def test_a_conversation_in_parts_is_the_whole_one(conversation: tuple[Frame, ...], at: int) -> None:
    """However the recorder wrote it down."""
    parts = [Recorded(exchange(piece), 5.0) for piece in ((), conversation[:at], conversation[at:])]
    assert len({opened_by(part) for part in parts}) == 1
    assert joined(joined(parts[0], parts[1]), parts[2]).exchange == exchange(conversation)


def test_only_websockets_go_on() -> None:
    """An answer to the same request that switches nothing is one of its own."""
    assert opened_by(Recorded(Exchange(OPENING, Response(200)), 1.0)) is None
    assert opened_by(Recorded(Exchange(Request("GET", "/ws"), Response(101)), 1.0)) is None
