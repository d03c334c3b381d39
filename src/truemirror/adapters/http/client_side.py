"""The client's side of the proxy, as one of its requests needs it."""

from typing import TYPE_CHECKING, Protocol

from truemirror.adapters.http.tunnel import Tunnel

if TYPE_CHECKING:
    from truemirror.adapters.http.turn import Turn


class Client(Protocol):
    """The client's side, as a turn needs it."""

    @property
    def ending(self) -> bool:
        """Whether the connection ends with this turn."""

    def write(self, data: bytes) -> None:
        """Send to the client, if it is still there."""

    def turn_done(self, turn: "Turn", *, close: bool) -> None:
        """This turn is over."""

    def hold_reading(self, why: str) -> None:
        """Read nothing more for now."""

    def free_reading(self, why: str) -> None:
        """Read on."""

    def switch(self, tunnel: Tunnel) -> None:
        """From now on its bytes go there."""

    def close(self) -> None:
        """End the connection."""

    def reset(self) -> None:
        """End it with an RST."""
