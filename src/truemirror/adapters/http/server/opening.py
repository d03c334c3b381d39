"""How a recorded WebSocket begins: the handshake that suits today's key, and the script of what follows.

Rules: nothing here touches a socket. A miss in the middle of a conversation is told like one of a request, with the
word that was not recorded in place of the body.
"""

from collections.abc import Callable
from dataclasses import replace

from truemirror.adapters.http.frames import accept_for, key_of
from truemirror.adapters.http.server.speaking import Script
from truemirror.core.mirror.decision import Refuse, Replay
from truemirror.core.mirror.difference import Difference
from truemirror.core.mirror.miss import Miss, NearMiss
from truemirror.core.mirror.talk import Talk
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.render import Asker, Rendered, render
from truemirror.usecases.replay import Replayer


def handshake(recorded: Response, request: Request, asker: Asker) -> Rendered:
    """The answer that switches protocols, with the accept of today's key and without extensions."""
    headers = recorded.headers.without("sec-websocket-extensions")
    for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
        headers = headers if name in headers else headers.adding(name, value)
    headers = headers.replacing("Sec-WebSocket-Accept", accept_for(key_of(request.headers)))
    rendered = render(replace(recorded, headers=headers, body=b"", frames=()), asker)
    return replace(rendered, close=False)


def script_for(
    replayer: Replayer,
    replay: Replay,
    *,
    request: str,
    scenario: tuple[str, int],
    largest: int,
    missed: Callable[[Refuse], None],
) -> Script:
    """What is said to the client; `request` is the request for people, `scenario` the recording's name and number.

    `missed` hears of a word that was not recorded, after it was counted.
    """
    recorded: Exchange = replay.exchange
    assert isinstance(recorded.outcome, Response)
    talk = Talk(recorded.request, recorded.outcome.frames, replayer.mirror.rules)

    def unknown(number: int, differences: tuple[Difference, ...]) -> None:
        """A word that was not recorded."""
        near = NearMiss(replay.place, scenario[0], scenario[1], f"{request}, message {number}", differences)
        service = replayer.mirror.service
        miss = Miss(service, talk.operation, f"{request}, message {number}", (near,), recordings=1, websocket=True)
        replayer.tally.missed_one(miss)
        missed(Refuse(miss))

    def relaxed(parts: tuple[str, ...]) -> None:
        """A word that was recorded within the mirror's rules."""
        replayer.tally.relaxed_one(talk.operation, parts)

    return Script(
        talk, largest, replayer.redactor.redact_request, unknown, relaxed, paced=replay.paced, live=dict(replay.live)
    )
