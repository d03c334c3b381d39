"""Reading the configuration's table: every key known and of its kind, names that mean something, nothing twice.

Rules: all mistakes are collected and raised as one ConfigError; the two tables of kinds below name every key there is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from truemirror.config import flows as flow_keys
from truemirror.config import kinds
from truemirror.config.flows import FlowsConfig
from truemirror.config.kinds import Kind, Wrong, nearest
from truemirror.config.lines import KeyPath, key_lines, line_of
from truemirror.config.model import Config, LoadConfig, RedactionConfig, ServiceConfig, VerifyConfig
from truemirror.core.contract.waivers import Waiver
from truemirror.core.environment import Environment
from truemirror.core.flow.quarantine import Quarantined
from truemirror.core.mirror.latency import parse_latency, parse_rate
from truemirror.errors import ConfigError

_NAME = kinds.matching(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", "a service's name", "public-api")
_HOST = kinds.matching(r"[A-Za-z0-9_.*-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", "a host", "tags.internal")
_VARIABLE = kinds.matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable", "TAGS_URL")
_VERSION = kinds.matching(r"\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?", "a contract version", "1.2")
_OPERATION = kinds.matching(r"[A-Z]+ /\S*", "an operation", "POST /v1/search")

ROOT: Mapping[str, Kind] = {
    "service": _NAME,
    "mirrors": kinds.text,
    "contracts": kinds.text,
    "suites": kinds.text,
    "report": kinds.text,
    "max_age_days": kinds.count,
    "stale": kinds.one_of("warn", "refuse"),
    "allow_hosts": kinds.list_of(_HOST),
    "environment": kinds.texts_by_name,
    "services": kinds.table,
    "environments": kinds.table,
    "load": kinds.table,
    "redaction": kinds.table,
    "flows": kinds.table,
    "waivers": kinds.tables,
}
"""The keys of [tool.truemirror]."""

SERVICE: Mapping[str, Kind] = {
    "owner": kinds.text,
    "hosts": kinds.list_of(_HOST),
    "env": _VARIABLE,
    "contract": _VERSION,
    "start": kinds.start_line,
    "health": kinds.health_path,
    "start_timeout": kinds.above_zero,
    "cwd": kinds.text,
    "environment": kinds.texts_by_name,
    "reads": kinds.list_of(_OPERATION),
    "consumes": kinds.list_of(_NAME),
    "suite": kinds.text,
    "mean_ms": kinds.above_zero,
    "latency": kinds.read_by(parse_latency),
    "bandwidth": kinds.read_by(parse_rate),
    "max_age_days": kinds.count,
    "verify": kinds.table,
}
"""The keys of [tool.truemirror.services.NAME]."""

VERIFY: Mapping[str, Kind] = {
    "headers": kinds.texts_by_name,
    "secrets": kinds.list_of(kinds.text),
    "logins": kinds.texts_by_name,
    "setup": kinds.command_line,
    "setup_url": kinds.http_url,
}
"""The keys of [tool.truemirror.services.NAME.verify]."""

REDACTION: Mapping[str, Kind] = {"names": kinds.list_of(kinds.text), "keep": kinds.list_of(kinds.text)}
"""The keys of [tool.truemirror.redaction]."""

WAIVER: Mapping[str, Kind] = {
    "reason": kinds.text,
    "until": kinds.day,
    "fingerprint": kinds.matching(r"[0-9a-f]{12}", "a finding's fingerprint", "1f0c9a7be2d4"),
    "rule": kinds.rules,
    "service": _NAME,
    "operation": kinds.text,
    "location": kinds.text,
}
"""The keys of [[tool.truemirror.waivers]]."""

FLOWS: Mapping[str, Kind] = flow_keys.keys(_NAME)
"""The keys of [tool.truemirror.flows]."""

ENVIRONMENT: Mapping[str, Kind] = {
    "hosts": kinds.http_urls_by_name,
    "sensitive": kinds.flag,
    "max_rate": kinds.above_zero,
    "max_seconds": kinds.above_zero,
    "stop_errors": kinds.above_zero,
}
"""The keys of [tool.truemirror.environments.NAME]."""

LOAD: Mapping[str, Kind] = {
    "profiles": kinds.list_of(kinds.text),
    "rate": kinds.above_zero,
    "seconds": kinds.above_zero,
    "undecided": kinds.one_of("warn", "refuse"),
}
"""The keys of [tool.truemirror.load]."""

_FOLDERS = ("mirrors", "contracts", "suites", "report")


@dataclass(slots=True)
class _Mistakes:
    """What is wrong in one file."""

    source: Path | None
    lines: dict[KeyPath, int]
    prefix: KeyPath
    """Where the table stands in its file: `("tool", "truemirror")` in pyproject.toml."""
    found: list[tuple[int, ConfigError]] = field(default_factory=list)
    """Each with its line."""

    def add(self, path: KeyPath, wrong: Wrong) -> None:
        """Keep one mistake, with the place of its key."""
        line = line_of(self.lines, self.prefix + path) or 0
        file = f"{self.source}:{line}: " if line else f"{self.source}: " if self.source else ""
        error = ConfigError(wrong.what, where=file + ".".join(path), nearest=wrong.nearest, fix=wrong.fix)
        self.found.append((line, error))

    def tell(self) -> None:
        """Raise all mistakes as one, in the order of the file."""
        errors = [error for _, error in sorted(self.found, key=lambda pair: pair[0])]
        if len(errors) == 1:
            raise errors[0]
        if errors:
            listed = "\n".join(f"  {line}" for error in errors for line in str(error).splitlines())
            raise ConfigError(f"the configuration has {len(errors)} mistakes\n{listed}")


def parse(document: Mapping[str, object], root: Path, source: Path | None, *, text: str = "") -> Config:
    """The configuration that a table holds, its paths made absolute from `root`.

    `source` and its `text` are for messages only. Raises one ConfigError that tells all mistakes.
    """
    prefix = ("tool", "truemirror") if source is not None and source.name == "pyproject.toml" else ()
    mistakes = _Mistakes(source, key_lines(text), prefix)
    values = _read(document, ROOT, (), mistakes)
    redaction = RedactionConfig(**_read(values.pop("redaction", {}), REDACTION, ("redaction",), mistakes))
    services = _services(values.pop("services", {}), mistakes)
    values["flows"] = _flows(values.get("flows", {}), services, mistakes)
    values["load"] = LoadConfig(**_read(values.get("load", {}), LOAD, ("load",), mistakes))
    values["environments"] = _environments(values.get("environments", {}), services, mistakes)
    values["waivers"] = tuple(_waivers(values.get("waivers", ()), mistakes))
    for name in _FOLDERS:
        values[name] = root / values.get(name, name)
    mistakes.tell()
    return Config(root=root, source=source, services=services, redaction=redaction, **values)


def _services(table: Mapping[str, object], mistakes: _Mistakes) -> dict[str, ServiceConfig]:
    """Every service, by name, in the order of the file."""
    services = {}
    for name, inner in table.items():
        path = ("services", name)
        try:
            values = _read(kinds.table(inner), SERVICE, path, mistakes)
            values["verify"] = VerifyConfig(**_read(values.get("verify", {}), VERIFY, (*path, "verify"), mistakes))
            services[str(_NAME(name))] = ServiceConfig(name=name, **values)
        except Wrong as wrong:
            mistakes.add(path, wrong)
    _check_consumes(services, mistakes)
    _check_shared(services, mistakes)
    return services


def _flows(table: Mapping[str, object], services: Mapping[str, ServiceConfig], mistakes: _Mistakes) -> FlowsConfig:
    """How flows are run; all services that are named are configured."""
    path: KeyPath = ("flows",)
    values = _read(table, FLOWS, path, mistakes)
    _known((values.get("pages", ""),), services, (*path, "pages"), mistakes)
    _known(values.get("live", ()), services, (*path, "live"), mistakes)
    entries = list(_quarantine(values.pop("quarantine", ()), mistakes))
    return FlowsConfig(**values, quarantine=tuple(entries))


def _quarantine(tables: Iterable[Mapping[str, object]], mistakes: _Mistakes) -> Iterator[Quarantined]:
    """Every test in quarantine; one without an owner, a reason or a last day is a mistake."""
    for number, table in enumerate(tables, start=1):
        path = ("flows", "quarantine", f"{number}")
        before = len(mistakes.found)
        values = _read(table, flow_keys.QUARANTINE, path, mistakes)
        missing = [key for key in flow_keys.QUARANTINE if key not in table]
        if missing:
            fix = "say which test, who mends it, until when, and why: all four are needed"
            mistakes.add(path, Wrong(f"a quarantine without {', '.join(missing)}", fix=fix))
        elif len(mistakes.found) == before:
            yield Quarantined(**values)


def _known(names: Iterable[str], services: Mapping[str, ServiceConfig], path: KeyPath, mistakes: _Mistakes) -> None:
    """Every service that is named is configured."""
    for name in names:
        if name and name not in services:
            fix = f"add the table services.{name}, or leave it out"
            mistakes.add(path, Wrong(f"no service is called {name!r}", nearest=nearest(name, services), fix=fix))


def _environments(
    table: Mapping[str, object], services: Mapping[str, ServiceConfig], mistakes: _Mistakes
) -> dict[str, Environment]:
    """Every environment by name; all services that have a host there are configured."""
    environments = {}
    for name, inner in table.items():
        path = ("environments", name)
        try:
            found = _read(kinds.table(inner), ENVIRONMENT, path, mistakes)
        except Wrong as wrong:
            mistakes.add(path, wrong)
            continue
        _known(found.get("hosts", {}), services, (*path, "hosts"), mistakes)
        if not found.get("hosts"):
            mistakes.add(path, Wrong("an environment without hosts", fix='hosts = { web = "https://crm.example" }'))
        environments[name] = Environment(name, **found)
    return environments


def _waivers(tables: Iterable[Mapping[str, object]], mistakes: _Mistakes) -> Iterator[Waiver]:
    """Every waiver; one that says not why, or not what, is none."""
    for number, table in enumerate(tables, start=1):
        path = ("waivers", f"{number}")
        values = _read(table, WAIVER, path, mistakes)
        if not str(values.get("reason", "")).strip():
            mistakes.add(path, Wrong("a waiver without a reason", fix="say in `reason` why it may stay"))
        elif not values.keys() - {"reason", "until"}:
            fix = "name a fingerprint, or any of rule, service, operation, location"
            mistakes.add(path, Wrong("a waiver that does not say what it waives", fix=fix))
        else:
            yield Waiver(**values)


def _read(table: Mapping[str, object], known: Mapping[str, Kind], path: KeyPath, mistakes: _Mistakes) -> dict[str, Any]:
    """The values of one table, without those that are wrong."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        try:
            if key not in known:
                raise _unknown(key, known)
            values[key] = known[key](value)
        except Wrong as wrong:
            mistakes.add((*path, key), wrong)
    return values


def _unknown(key: str, known: Mapping[str, Kind]) -> Wrong:
    """A key that nothing is known of, with the one that was meant."""
    if known is ROOT and key == "tool":
        return Wrong("in a file of its own the configuration has no [tool.truemirror]", fix="write its keys at the top")
    if known is ROOT and key in SERVICE:
        return Wrong("this key belongs to one service", fix="move it into the table services.NAME")
    if known is SERVICE and key in ROOT:
        return Wrong("this key belongs to the whole configuration", fix="move it above the services")
    near = nearest(key, known)
    return Wrong("unknown key", nearest=near, fix="" if near else f"known are {', '.join(known)}")


def _check_consumes(services: Mapping[str, ServiceConfig], mistakes: _Mistakes) -> None:
    """Whoever is consumed is configured too."""
    for name, service in services.items():
        for consumed in service.consumes:
            if consumed not in services:
                fix = f"add the table services.{consumed}, or leave it out"
                wrong = Wrong(f"no service is called {consumed!r}", nearest=nearest(consumed, services), fix=fix)
                mistakes.add(("services", name, "consumes"), wrong)
            elif consumed == name:
                mistakes.add(("services", name, "consumes"), Wrong("a service does not consume itself"))


def _check_shared(services: Mapping[str, ServiceConfig], mistakes: _Mistakes) -> None:
    """No host and no variable stands for two services."""
    owners: dict[tuple[str, str], str] = {}
    for name, service in services.items():
        for key, values in (("hosts", service.hosts), ("env", (service.variable,))):
            for value in values:
                other = owners.setdefault((key, value.lower() if key == "hosts" else value), name)
                if other != name:
                    wrong = Wrong(f"{value!r} is already that of {other}", fix="give each service its own")
                    mistakes.add(("services", name, key), wrong)
