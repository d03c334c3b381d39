"""Wiring of `truemirror verify` and of `truemirror.testing.verify_app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from truemirror.config import Config, VerifyConfig
    from truemirror.core.attack import AttackPlan
    from truemirror.core.mirror.model import Mirror
    from truemirror.ports import Attacker, Progress, StateHook, Upstream
    from truemirror.usecases.verify import Scope, Verifier
    from truemirror.usecases.verify_attack import Hunt
    from truemirror.usecases.verify_caller import Caller
    from truemirror.usecases.verify_judge import LiveJudge
    from truemirror.usecases.verify_result import Verified

_FROM = "env:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be verified, and how."""

    scope: Scope
    mirror_version: str = ""
    contract: str = ""
    timeout: float = 10.0
    """Seconds for each call."""
    ca: Path | None = None
    headers: Sequence[tuple[str, str]] = ()
    """Beside those of the configuration."""
    logins: Sequence[tuple[str, str]] = ()
    attack: bool = True
    attack_seconds: int = 30
    seed: int | None = None
    checks: Sequence[str] = ()
    allow_remote: bool = False


def verify_provider(config: Config, service: str, url: str, wanted: Wanted, progress: Progress) -> Verified:
    """Verify a live service. Raises UsageError, UpstreamError, FormatError, StoreError."""
    import asyncio

    from truemirror.adapters.http.client import HttpUpstream
    from truemirror.adapters.patience import PatientUpstream

    address = HttpUpstream(url).address
    if wanted.attack:
        _may_attack(address.host, wanted)

    def opens(where: str) -> Upstream:
        """A live service, asked with patience."""
        return PatientUpstream(HttpUpstream(where, timeout=wanted.timeout, ca=wanted.ca), wanted.timeout)

    return asyncio.run(_Provider(config, service, address.url, wanted, progress, opens).verify(opens(url)))


def _may_attack(host: str, wanted: Wanted) -> None:
    """Raises UsageError when an attack cannot or may not be made."""
    from truemirror.adapters.attack.engine import known_checks
    from truemirror.core.wire.authority import is_loopback
    from truemirror.errors import UsageError

    known_checks()
    if not is_loopback(host) and not wanted.allow_remote:
        fix = "--allow-remote when the service is yours and may be attacked, or --no-attack"
        raise UsageError(f"{host} is not this machine, and an attack writes and may break things", fix=fix)


class _Provider:
    """One provider being verified."""

    def __init__(
        self,
        config: Config,
        service: str,
        url: str,
        wanted: Wanted,
        progress: Progress,
        opens: Callable[[str], Upstream],
    ) -> None:
        """`opens` asks a live service by its address."""
        from truemirror.adapters.mirror_files import MirrorFiles

        self.config = config
        self.service = service
        self.url = url
        self.wanted = wanted
        self.progress = progress
        self._opens = opens
        self._opened: list[Upstream] = []
        self._store = MirrorFiles(config.mirrors)

    async def verify(self, upstream: Upstream) -> Verified:
        """All of it."""
        self._opened.append(upstream)
        try:
            return await self._verify(upstream)
        finally:
            for one in self._opened:
                await one.close()

    async def _verify(self, upstream: Upstream) -> Verified:
        """Kept failures, then the replay, then the attack."""
        mirror = self._mirror()
        judge = self._judge(mirror)
        caller = self._caller(mirror, upstream)
        verifier = self._verifier(mirror, judge, caller, upstream)
        hunt = self._hunt(mirror, judge, caller, upstream)
        verifier.begin()
        found_before = hunt is not None and bool(hunt.store.load())
        credentials = await caller.credentials(mirror) if found_before else ()
        if hunt is not None and found_before:
            await hunt.again(credentials)
        verified = await verifier.verify()
        attacker = self._attacker(judge)
        seconds = int(min(self.wanted.attack_seconds, verifier.seconds_left))
        if hunt is None or attacker is None or seconds < 1:
            is_cut = verified.is_cut or (attacker is not None and seconds < 1)
            return replace(verified, findings=judge.findings, found=tuple(hunt.found) if hunt else (), is_cut=is_cut)
        credentials = credentials or await caller.credentials(mirror)
        attack = await hunt.attack(attacker, self._plan(credentials, seconds))
        return replace(verified, findings=judge.findings, found=tuple(hunt.found), attack=attack)

    def _mirror(self) -> Mirror:
        """The mirror. Raises UsageError where there is none, or none of its scenarios has a wanted name."""
        from difflib import get_close_matches

        from truemirror.errors import UsageError

        if self.service not in self._store.services():
            near = ", ".join(self._store.services()) or "none is recorded yet"
            raise UsageError(f"no mirror of {self.service} was recorded", nearest=near, fix="truemirror record ...")
        mirror = self._store.load(self.service, self.wanted.mirror_version or None)
        names = [one.name for one in mirror.scenarios]
        for name in self.wanted.scope.scenarios:
            if name not in names:
                close = get_close_matches(name, names, n=1, cutoff=0.3)
                raise UsageError(f"there is no scenario {name!r}", nearest=close[0] if close else ", ".join(names[:8]))
        return mirror

    def _judge(self, mirror: Mirror) -> LiveJudge:
        """What judges: a contract where there is one."""
        from truemirror import bootstrap
        from truemirror.usecases.check import consumers_of, owner_of
        from truemirror.usecases.verify_judge import LiveJudge

        known = (
            bootstrap.contract_in_version(self.config, self.service, self.wanted.contract)
            if self.wanted.contract
            else bootstrap.conformance(self.config, self.service, mirror.version)
        )
        if known is not None:
            known.compile()
        owner, consumers = owner_of(self.config, self.service), consumers_of(self.config, self.service)
        return LiveJudge(mirror, known, owner, consumers)

    def _told(self) -> VerifyConfig:
        """The service's own configuration."""
        from truemirror.config import ServiceConfig

        return self.config.services.get(self.service, ServiceConfig(self.service)).verify

    def _caller(self, mirror: Mirror, upstream: Upstream) -> Caller:
        """Who asks: configured headers and secrets, and log-ins here and elsewhere."""
        from truemirror.core.mirror.live_secrets import secrets_by_stand_in
        from truemirror.core.wire.headers import Headers
        from truemirror.usecases.verify_caller import Caller

        told = self._told()
        place = f"services.{self.service}.verify"
        headers = {name: _value(text, f"{place}.headers.{name}") for name, text in told.headers.items()}
        headers.update(self.wanted.headers)
        secrets = [_value(one, f"{place}.secrets") for one in told.secrets]
        caller = Caller(Headers.of(headers.items()), secrets_by_stand_in(secrets))
        caller.may_log_in(mirror, upstream)
        logins = {name: _value(where, f"{place}.logins.{name}") for name, where in told.logins.items()}
        for name, where in {**logins, **dict(self.wanted.logins)}.items():
            other = self._opens(where)
            self._opened.append(other)
            caller.may_log_in(self._store.load(name), other)
        return caller

    def _verifier(self, mirror: Mirror, judge: LiveJudge, caller: Caller, upstream: Upstream) -> Verifier:
        """Who asks the recorded conversations again."""
        from truemirror.adapters.clock import SystemClock
        from truemirror.usecases.redact import Redactor, policy_of
        from truemirror.usecases.verify import Verifier

        known = self.config.services.get(self.service)
        reads = (*mirror.rules.reads, *(known.reads if known else ()))
        policy = policy_of(self.config.redaction)
        scope = replace(self.wanted.scope, reads=reads)
        return Verifier(
            upstream, caller, judge, lambda: Redactor(policy), SystemClock(), self.progress, self._hook(), scope
        )

    def _hook(self) -> StateHook | None:
        """Who sets states up. Raises UsageError for two of them."""
        from urllib.parse import urlsplit

        from truemirror.adapters.state_hooks import AddressHook, CommandHook
        from truemirror.errors import UsageError

        told = self._told()
        if told.setup and told.setup_url:
            raise UsageError(f"services.{self.service}.verify has `setup` and `setup_url`", fix="leave one of them out")
        if told.setup:
            return CommandHook(told.setup, self.config.root, self.service, self.url, self._states())
        if not told.setup_url:
            return None
        parts = urlsplit(told.setup_url)
        other = self._opens(f"{parts.scheme}://{parts.netloc}")
        self._opened.append(other)
        return AddressHook(other, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), self._states())

    def _states(self) -> Mapping[str, Sequence[str]]:
        """The provider states of consumers' pacts, by the scenario that they made. Raises FormatError, StoreError."""
        from truemirror.adapters.usage_files import UsageFiles
        from truemirror.core.mirror.session import scenario_name
        from truemirror.core.usage.needs import states_of

        found = states_of(UsageFiles(self.config.contracts).load(self.service))
        return {scenario_name(name): states for name, states in found.items()}

    def _hunt(self, mirror: Mirror, judge: LiveJudge, caller: Caller, upstream: Upstream) -> Hunt | None:
        """Who looks after failures; None where not all is asked, or only what changes nothing."""
        from truemirror.adapters.found_files import FoundFiles
        from truemirror.usecases.redact import Redactor, policy_of
        from truemirror.usecases.verify_attack import Hunt

        scope = self.wanted.scope
        if scope.only_reads or scope.scenarios or scope.limit:
            return None
        policy = policy_of(self.config.redaction)
        folder = self.config.mirrors / self.service / mirror.version
        return Hunt(upstream, caller, judge, lambda: Redactor(policy), FoundFiles(folder), self.progress, self.url)

    def _attacker(self, judge: LiveJudge) -> Attacker | None:
        """Who attacks; None when nobody shall, or there is no contract to attack from."""
        from truemirror.adapters.attack import SchemathesisAttacker

        if not self.wanted.attack or judge.conformance is None:
            return None
        contract = judge.conformance.contract
        return SchemathesisAttacker(self.config.contracts / self.service / contract.version / "openapi.yaml")

    def _plan(self, credentials: Sequence[tuple[str, str]], seconds: int) -> AttackPlan:
        """How it is attacked."""
        import secrets

        from truemirror.core.attack import DEFAULT_CHECKS, AttackPlan

        seed = self.wanted.seed if self.wanted.seed is not None else secrets.randbelow(2**32)
        checks = tuple(dict.fromkeys((*DEFAULT_CHECKS, *self.wanted.checks)))
        return AttackPlan(
            self.url, tuple(credentials), seconds, seed, checks, timeout=min(self.wanted.timeout, float(seconds))
        )


def _value(text: str, where: str) -> str:
    """What a key of the configuration means. Raises UsageError for a variable that is not set."""
    import os

    from truemirror.errors import UsageError

    if not text.startswith(_FROM):
        return text
    name = text.removeprefix(_FROM)
    if not os.environ.get(name):
        raise UsageError(f"the environment variable {name} is not set", where=where, fix=f"export {name}=...")
    return os.environ[name]


def verify_application(config: Config, service: str, app: object, wanted: Wanted, progress: Progress) -> Verified:
    """Verify an ASGI or WSGI application of this process. Raises UsageError, ServiceError, FormatError, StoreError."""
    import asyncio
    import inspect
    from typing import Any, cast

    from truemirror.adapters.app_call import AsgiUpstream, WsgiUpstream
    from truemirror.adapters.http.client import HttpUpstream
    from truemirror.adapters.patience import PatientUpstream

    def opens(where: str) -> Upstream:
        """Another service, which runs as one."""
        return PatientUpstream(HttpUpstream(where, timeout=wanted.timeout, ca=wanted.ca), wanted.timeout)

    async def run() -> Verified:
        """All of it, in a loop of its own."""
        is_asgi = any(inspect.iscoroutinefunction(one) for one in (app, getattr(app, "__call__", None)))  # noqa: B004
        made: Upstream = AsgiUpstream(cast(Any, app)) if is_asgi else WsgiUpstream(cast(Any, app))
        upstream = PatientUpstream(made, wanted.timeout)
        quiet = replace(wanted, attack=False)
        return await _Provider(config, service, "http://127.0.0.1", quiet, progress, opens).verify(upstream)

    return asyncio.run(run())
