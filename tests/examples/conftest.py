"""Fixtures that start the CRM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples.crm_system import CLOCK, Company, System

from crm.common.clock import parse_timestamp
from crm.common.settings import Settings


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """All six services as processes, started once; tests make what they change."""
    running = System(tmp_path_factory.mktemp("crm"))
    yield running
    running.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh installation whose clock counts."""
    return replace(Settings(), data=tmp_path / "crm", clock=parse_timestamp(CLOCK), neighbour_timeout=5.0)


@pytest.fixture
def company(settings: Settings) -> Iterator[Company]:
    """All six services in this process, fresh for each test."""
    running = Company(settings)
    yield running
    running.close()
