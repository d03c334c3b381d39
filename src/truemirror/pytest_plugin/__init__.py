"""The pytest plugin: isolated tests against mirrors.

    options     --mirror-mode MODE   --mirror-live SERVICE,..   --mirrors DIR   --contracts DIR   --mirror-strict
                --mirror-latency SPEC   --mirror-seed N   --mirror-report FILE   --load TARGET
                --flows-target TARGET and all other --flows options: see `flows_options.py`
    markers     mirror(*services, scenario=, mode=)   allow_hosts(*hosts)   isolated
                harmless   own_browser   allow_errors(*parts)
    fixtures    mirrors   mirror_server   contract   visitor   visitors   flow

Rules: pytest imports this file in every project that has truemirror installed, so it imports nothing but pytest; all
else is imported when a test, an option or a contract asks for it. A project that asks for nothing sees only options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from truemirror.pytest_plugin.flows_handle import FlowHandle
    from truemirror.pytest_plugin.handles import Mirrors, Served
    from truemirror.pytest_plugin.holding import ContractOf

MODES = ("replay", "record", "record-missing", "refresh", "spy", "off")
"""The modes of `truemirror.core.mirror.decision.Mode`, written out so that pytest starts without it."""

PARTIAL = pytest.StashKey[bool]()
"""Whether some test was left out."""

_MARKERS = (
    "mirror(*services, scenario=None, mode=None): answer for these services (all, when none is named) from their"
    " mirrors, as in the named scenario, in this mode",
    "allow_hosts(*hosts): let this isolated test reach these hosts",
    "isolated: close the network around this test; its neighbours are answered for by their mirrors",
)
_RECORDING = ("record", "record-missing", "refresh")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be asked for on the command line."""
    group = parser.getgroup("truemirror", "mirrors and contracts (truemirror)")
    group.addoption("--mirror-mode", choices=MODES, default="replay", help="how mirrors treat requests (replay)")
    group.addoption(
        "--mirror-live",
        action="append",
        default=[],
        metavar="SERVICE[,..]",
        help="ask these services themselves, at the addresses in their environment variables",
    )
    group.addoption("--mirrors", metavar="DIR", help="where the mirrors are, if not where the configuration says")
    group.addoption("--contracts", metavar="DIR", help="where the contracts are, if not where the configuration says")
    group.addoption("--mirror-strict", action="store_true", help="refuse answers that lie behind writes not made")
    group.addoption(
        "--mirror-latency", metavar="SPEC", default="", help="how long answers take: recorded, fixed:25ms, ... (none)"
    )
    group.addoption("--mirror-seed", metavar="N", type=int, default=0, help="which delays are drawn (0)")
    group.addoption("--mirror-report", metavar="FILE", help="write what was asked of the mirrors, as JSON")
    group.addoption(
        "--load",
        metavar="mirror|live|URL",
        help="run load profiles (load/NAME.toml) against mirrors, live services or an address; an item a target",
    )
    group.addoption(
        "--load-rate", metavar="R", type=float, default=0.0, help="flows a second, in place of the profile's"
    )
    group.addoption(
        "--load-seconds", metavar="S", type=float, default=0.0, help="decide once, after so many seconds of load"
    )
    from truemirror.pytest_plugin.flows_options import add_options

    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest our markers; refuse what cannot work."""
    from truemirror.pytest_plugin.flow_reports import FlowReports
    from truemirror.pytest_plugin.flows_options import MARKERS, is_asked

    for marker in (*_MARKERS, *MARKERS):
        config.addinivalue_line("markers", marker)
    if config.getoption("--mirror-mode") in _RECORDING and _is_distributed(config):
        raise pytest.UsageError(
            f"--mirror-mode={config.getoption('--mirror-mode')} writes mirrors, which one process has to do:"
            " run it without -n (or with -n 0)"
        )
    if config.getoption("--mirror-report") or _is_worker(config):
        _run(config)
    if not _is_worker(config):
        config.pluginmanager.register(FlowReports(config), "truemirror-flow-reports")
        if is_asked(config):
            _flows_of(config)


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for another one."""
    return hasattr(config, "workerinput")


def _is_distributed(config: pytest.Config) -> bool:
    """Whether tests are spread over processes."""
    return _is_worker(config) or bool(config.getoption("numprocesses", None) or config.getoption("tx", None))


def _run(config: pytest.Config) -> Any:
    """What this pytest session knows of mirrors; made when something asks for it."""
    from truemirror.pytest_plugin.run import run_of

    return run_of(config)


def _flows_of(config: pytest.Config) -> Any:
    """What this process knows of flows; made when something asks for it."""
    from truemirror.pytest_plugin.flows import flows_of

    return flows_of(config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take part when a test asks for mirrors, or lies in a suite that is isolated by configuration."""
    if _may_be_configured(config) or any(_asks(item) for item in items):
        _run(config)
    if any("_flows" in getattr(item, "fixturenames", ()) for item in items):
        _flows_of(config)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Not every test runs, so what is not used tells nothing."""
    if items:
        items[0].config.stash[PARTIAL] = True


def _asks(item: pytest.Item) -> bool:
    """Whether a test asks for us by itself."""
    return not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) or any(
        item.get_closest_marker(name) for name in ("mirror", "isolated")
    )


def _may_be_configured(config: pytest.Config) -> bool:
    """Whether a configuration of ours is likely to be there; a cheap look, without reading it."""
    for folder in (config.rootpath, *config.rootpath.parents):
        if (folder / "truemirror.toml").is_file():
            return True
        project = folder / "pyproject.toml"
        if project.is_file() and b"truemirror" in project.read_bytes():
            return True
        if (folder / ".git").exists():
            break
    return False


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A contract's main document becomes test items, one for each operation; a load profile, one for each target."""
    if file_path.suffix == ".toml" and parent.config.getoption("--load"):
        from truemirror.pytest_plugin.load_items import load_file

        return load_file(file_path, parent)
    if file_path.name != "openapi.yaml":
        return None
    from truemirror.pytest_plugin.contract_items import contract_file

    return contract_file(file_path, parent)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist has ended: take over what it counted."""
    told = getattr(node, "workeroutput", {}).get("truemirror")
    if told:
        _run(node.config).take_over(told)


@pytest.fixture
def mirrors(request: pytest.FixtureRequest) -> Iterator[Mirrors]:
    """The mirrors of the services that this test's code calls; the network is closed to everything else."""
    with _run(request.config).mirrors_for(request.node) as handle:
        yield handle


@pytest.fixture
def mirror_server(request: pytest.FixtureRequest) -> Iterator[Callable[..., Served]]:
    """A mirror as a server, for what runs in another process: `mirror_server("tags", plan="call 3: reset").url`."""
    with _run(request.config).servers_for(request.node) as serve:
        yield serve


@pytest.fixture(scope="session")
def contract(request: pytest.FixtureRequest) -> Callable[..., ContractOf]:
    """A service's contract, to hold answers against: `contract("tags").check(response)`."""
    made: Callable[..., ContractOf] = _run(request.config).contract_of
    return made


_FIXTURES = frozenset({"mirrors", "mirror_server", "contract"})


@pytest.fixture(scope="session")
def _flows(request: pytest.FixtureRequest) -> Any:
    """This process's flows."""
    return _flows_of(request.config)


@pytest.fixture
def visitors(request: pytest.FixtureRequest, _flows: Any) -> Callable[..., Any]:
    """People at the browser, each with cookies and storage of their own: `visitors("grace")`."""
    made: Callable[..., Any] = _flows.visitors_for(request.node)
    return made


@pytest.fixture
def visitor(visitors: Callable[..., Any]) -> Any:
    """One person at the browser, who has been nowhere yet."""
    return visitors()


@pytest.fixture
def flow(request: pytest.FixtureRequest, _flows: Any) -> FlowHandle:
    """What stands behind the pages of this flow: `flow.target`, `flow.plan("tags", "call 1: reset")`."""
    handle: FlowHandle = _flows.handle_for(request.node)
    return handle
