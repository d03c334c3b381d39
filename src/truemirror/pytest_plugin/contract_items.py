"""Contracts as test items: each is valid, and what is recorded of each operation keeps it.

Rules: only `<contracts>/<service>/<version>/openapi.yaml` is taken, and only below the configured folder. An operation
that nobody recorded is skipped and says so: nothing was shown of it.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from truemirror.config import Config
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.model import Mirror
from truemirror.errors import TruemirrorError
from truemirror.pytest_plugin.holding import told
from truemirror.pytest_plugin.run import run_of

_SHOWN = 20


class ContractBroken(Exception):
    """What is recorded does not keep the contract."""


def contract_file(file_path: Path, parent: pytest.Collector) -> "ContractFile | None":
    """The collector of a contract's main document; None for a file that is none."""
    from truemirror.pytest_plugin import _may_be_configured

    if not parent.config.getoption("--contracts") and not _may_be_configured(parent.config):
        return None
    config = run_of(parent.config).settings.config
    if file_path.parents[2:3] != (config.contracts,):
        return None
    return ContractFile.from_parent(parent, path=file_path)


class ContractFile(pytest.File):
    """One contract version."""

    @property
    def service(self) -> str:
        """Whose contract it is."""
        return self.path.parent.parent.name

    @property
    def version(self) -> str:
        """Which version."""
        return self.path.parent.name

    @property
    def settings(self) -> Config:
        """The configuration."""
        config: Config = run_of(self.config).settings.config
        return config

    @cached_property
    def conformance(self) -> Conformance:
        """The contract, ready to judge. Raises FormatError."""
        from truemirror.bootstrap import contract_in_version

        return contract_in_version(self.settings, self.service, self.version)

    @cached_property
    def mirror(self) -> Mirror | None:
        """What is recorded of the service; None when nothing is. Raises FormatError."""
        from truemirror.bootstrap import mirror_store

        store = mirror_store(self.settings)
        if self.service not in store.services():
            return None
        versions = store.versions(self.service)
        return store.load(self.service, self.version if self.version in versions else None)

    def collect(self) -> Iterator[pytest.Item]:
        """Its items: validity, then each operation."""
        try:
            operations = sorted(self.conformance.contract.operations, key=lambda one: one.name)
        except TruemirrorError as error:
            raise self.CollectError(str(error)) from None
        yield ValidItem.from_parent(self, name="is a valid contract")
        for operation in operations:
            yield OperationItem.from_parent(self, name=operation.name)


class _Item(pytest.Item):
    """What all items of a contract share."""

    @property
    def contract_file(self) -> ContractFile:
        """The contract."""
        assert isinstance(self.parent, ContractFile)
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Ours are told without a traceback."""
        if isinstance(excinfo.value, ContractBroken | TruemirrorError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and what to call it."""
        one = self.contract_file
        return self.path, None, f"contract {one.service} {one.version}: {self.name}"


class ValidItem(_Item):
    """Every schema of the contract can be compiled."""

    def runtest(self) -> None:
        """Compile it. Raises FormatError."""
        self.contract_file.conformance.compile()


class OperationItem(_Item):
    """What is recorded of one operation keeps the contract."""

    def runtest(self) -> None:
        """Judge every recorded exchange of the operation. Raises ContractBroken."""
        found, judged = self._judge()
        if not judged:
            pytest.skip(f"nothing is recorded of it: truemirror record {self.contract_file.service} --upstream URL")
        if found:
            lines = [f"{self.name}: {len(found)} places of {judged} recorded exchanges break the contract"]
            for finding in found[:_SHOWN]:
                lines.append(told(finding))
                lines.append(f"    seen in  {finding.evidence}")
            if len(found) > _SHOWN:
                lines.append(f"  and {len(found) - _SHOWN} more")
            raise ContractBroken("\n".join(lines))

    def _judge(self) -> tuple[Sequence[Finding], int]:
        """What breaks, each finding once, and how many exchanges were judged."""
        mirror, conformance = self.contract_file.mirror, self.contract_file.conformance
        found: dict[str, Finding] = {}
        judged = 0
        for scenario in mirror.scenarios if mirror else ():
            for number, exchange in enumerate(scenario.exchanges, 1):
                operation = conformance.operation_of(exchange.request.method, exchange.request.target)
                if operation is None or operation.name != self.name:
                    continue
                judged += 1
                for finding in conformance.check(exchange, f"scenario {scenario.name}, exchange {number}"):
                    if finding.level is Level.BREAK:
                        found.setdefault(finding.fingerprint, finding)
        return list(found.values()), judged
