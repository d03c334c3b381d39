"""Settings of one service process, read from the environment in this one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm.common.clock import parse_timestamp


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can differ between two installations of a service."""

    data: Path | None = None
    auth_url: str = "http://auth.crm.internal"
    core_url: str = "http://core.crm.internal"
    tags_url: str = "http://tags.crm.internal"
    deals_url: str = "http://deals.crm.internal"
    public_api_url: str = "http://public-api.crm.internal"
    public_api_url_external: str | None = None
    clock: datetime | None = None
    neighbour_timeout: float = 1.0
    rate_limit: int = 60_000
    login_attempts: int = 5
    cors_origins: tuple[str, ...] = ("*",)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `environ`, by default the environment of this process."""
        env = os.environ if environ is None else environ
        base = cls()
        data, clock = env.get("CRM_DATA"), env.get("CRM_CLOCK")
        return cls(
            data=Path(data) if data else None,
            auth_url=_address(env, "AUTH_URL", base.auth_url),
            core_url=_address(env, "CORE_URL", base.core_url),
            tags_url=_address(env, "TAGS_URL", base.tags_url),
            deals_url=_address(env, "DEALS_URL", base.deals_url),
            public_api_url=_address(env, "PUBLIC_API_URL", base.public_api_url),
            public_api_url_external=_address(env, "PUBLIC_API_URL_EXTERNAL", "") or None,
            clock=parse_timestamp(clock) if clock else None,
            neighbour_timeout=float(env.get("CRM_NEIGHBOUR_TIMEOUT") or base.neighbour_timeout),
            rate_limit=int(env.get("CRM_RATE_LIMIT") or base.rate_limit),
            login_attempts=int(env.get("CRM_LOGIN_ATTEMPTS") or base.login_attempts),
            cors_origins=tuple((env.get("CRM_CORS_ORIGINS") or "*").split()),
        )


def _address(env: Mapping[str, str], name: str, default: str) -> str:
    return (env.get(name) or default).rstrip("/")
