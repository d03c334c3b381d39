"""A body is looked through behind the network, which waits when it is too far ahead."""

import threading
from concurrent.futures import ThreadPoolExecutor

from truemirror.adapters.http.keeper import Keeper
from truemirror.adapters.http.sifting import Sifting
from truemirror.adapters.http.spool import Spool

MIB = 1024 * 1024


class Looking:
    """A sieve that remembers, and waits to be let on."""

    def __init__(self) -> None:
        """Wait."""
        self.found = ""
        self.seen = bytearray()
        self.ended = False
        self.may_go = threading.Event()

    def feed(self, piece: bytes) -> None:
        """One more piece."""
        assert self.may_go.wait(30)
        self.seen += piece

    def end(self) -> None:
        """The end."""
        self.ended = True


class Beside(Keeper):
    """A keeper whose thread is seen to be done."""

    def __init__(self) -> None:
        """Without anything to store."""
        super().__init__(lambda *_: None)
        self.pool = ThreadPoolExecutor(1)
        self.tasks: list[tuple[object, object]] = []

    def beside(self, work: object, then: object) -> None:
        """Begin."""
        assert callable(work)
        self.tasks.append((self.pool.submit(work), then))

    def settle(self) -> None:
        """Wait for all that was begun, and tell who asked."""
        while self.tasks:
            task, then = self.tasks.pop(0)
            assert callable(then)
            task.result(30)  # type: ignore[attr-defined]
            then()


def test_everything_is_seen_once_and_in_order() -> None:
    """Beside the network, and the rest in the end."""
    spool, looking, keeper, slowed = Spool(1_000), Looking(), Beside(), list[bool]()
    sifting = Sifting(spool, looking, keeper, slowed.append)
    looking.may_go.set()
    body = b"".join(number.to_bytes(4, "big") for number in range(2 * MIB))
    for start in range(0, len(body), 100_000):
        spool.write(body[start : start + 100_000])
        sifting.grown()
    keeper.settle()
    assert sifting.finish() == ""
    assert bytes(looking.seen) == body
    assert looking.ended
    assert slowed in ([], [True, False])
    keeper.pool.shutdown()
    spool.close()


def test_the_network_waits_when_it_is_far_ahead() -> None:
    """And goes on when enough was seen."""
    spool, looking, keeper, slowed = Spool(1_000), Looking(), Beside(), list[bool]()
    sifting = Sifting(spool, looking, keeper, slowed.append)
    while not slowed:
        spool.write(bytes(MIB))
        sifting.grown()
        assert spool.size < 100 * MIB
    looking.may_go.set()
    keeper.settle()
    assert slowed == [True, False]
    keeper.pool.shutdown()
    spool.close()


def test_what_was_found_ends_the_look() -> None:
    """Nothing further is read, and it is told in the end."""
    spool, looking, keeper = Spool(1_000), Looking(), Beside()
    sifting = Sifting(spool, looking, keeper, lambda slow: None)
    looking.found = "a token"
    spool.write(bytes(5 * MIB))
    sifting.grown()
    keeper.settle()
    assert sifting.finish() == "a token"
    assert not looking.seen
    keeper.pool.shutdown()
    spool.close()
