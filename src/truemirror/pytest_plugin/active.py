"""The test that is running: its neighbours, its isolation, its addresses.

Rules: everything that is changed for a test (environment, modes, the clients' seams) is put back when it ends, in the
opposite order.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.seams import isolated
from truemirror.config import Config
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.session import scenario_name
from truemirror.pytest_plugin.plan import Plan
from truemirror.pytest_plugin.settings import Settings

if TYPE_CHECKING:
    from truemirror.adapters.inprocess.neighbour import Neighbour


class Active:
    """One isolated test."""

    def __init__(self, neighbours: "Mapping[str, Neighbour]", settings: Settings, plan: Plan, nodeid: str) -> None:
        """Nothing is changed yet."""
        self._neighbours = neighbours
        self._settings = settings
        self._plan = plan
        self._stack = ExitStack()
        mode = plan.mode or settings.mode
        self.board = Board(
            neighbours.values(),
            session=plan.scenario or nodeid,
            allow_hosts=(*settings.config.allow_hosts, *plan.allow_hosts),
            is_open=mode is Mode.OFF,
            record_with=f"python -m pytest --mirror-mode=record-missing '{nodeid}'",
        )
        self.seen: list[str] = []
        """What went wrong, as told with the test's reports."""

    def begin(self) -> None:
        """Isolate; the test's conversation begins anew."""
        addresses = {name: neighbour.url for name, neighbour in self._neighbours.items()}
        if self._settings.mode is not Mode.OFF:
            self._stack.enter_context(address_variables(self._settings.config, addresses))
        for neighbour in self._neighbours.values():
            neighbour.replayer.reset(self.board.session)
            if self._plan.mode is not None and neighbour.name not in self._settings.live:
                self._stack.enter_context(_in_mode(neighbour, self._plan.mode))
        self._stack.enter_context(isolated(self.board))

    def end(self) -> None:
        """Put everything back."""
        self._stack.close()
        for neighbour in self._neighbours.values():
            neighbour.replayer.reset(self.board.session)

    @property
    def scenario(self) -> str:
        """The folder's name that this test's conversation has."""
        return scenario_name(self.board.session)


@contextmanager
def _in_mode(neighbour: "Neighbour", mode: Mode) -> Iterator[None]:
    """Another mode for one test."""
    before, neighbour.replayer.mode = neighbour.replayer.mode, mode
    try:
        yield
    finally:
        neighbour.replayer.mode = before


@contextmanager
def address_variables(config: Config, addresses: Mapping[str, str], *, always: bool = False) -> Iterator[None]:
    """Tell the code under test where its neighbours are; what is told already stays, unless it must not."""
    changed: dict[str, str | None] = {}
    for name, address in addresses.items():
        service = config.services.get(name)
        if service and service.env and (always or not os.environ.get(service.env)):
            changed[service.env] = os.environ.get(service.env)
            os.environ[service.env] = address
    try:
        yield
    finally:
        for variable, before in changed.items():
            if before is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = before
