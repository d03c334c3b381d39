"""The tables of docs/ that tell what the code already says of itself: options, keys, markers, fixtures, rules.

    <!-- table: NAME -->       the lines of the table that follow are written by `python -m tests.docs.tables`

Rules: nothing is told twice by hand; a table that is not as the code is breaks a test, which says how to write it anew.
"""

import ast
import dataclasses
import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import click

DOCS = Path(__file__).parents[2] / "docs"
_TABLE = re.compile(r"(<!-- table: ([\w ./-]+) -->\n)((?:\|[^\n]*\n)*)")

Row = tuple[str, ...]
_OWN_TABLES = (
    "`root`",
    "`source`",
    "`name`",
    "`services`",
    "`redaction`",
    "`waivers`",
    "`verify`",
    "`flows`",
    "`environments`",
    "`quarantine`",
    "`load`",
)
"""Fields that are no keys, or have a table of their own."""


def commands() -> list[Row]:
    """Every command, as `truemirror --help` sums it up."""
    from truemirror.cli.main import COMMANDS

    return [("command", "what it does"), *((_code(f"truemirror {name}"), line) for name, (_, line) in COMMANDS.items())]


def options(command: str) -> list[Row]:
    """Every option of a command, as its `--help` tells."""
    from truemirror.cli.main import cli

    found: click.Command | None = cli
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    rows: list[Row] = [("option", "meaning")]
    for word, one in _with_inner(found):
        told = [option for option in one.params if isinstance(option, click.Option)]
        rows += ((_code(word + _spelled(option)), _sentence(option.help or "") + _default(option)) for option in told)
    return rows


def _with_inner(found: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command, or those that are inside it, each with the word that goes before its options."""
    if not isinstance(found, click.Group):
        yield "", found
        return
    context = click.Context(found)
    for word in found.list_commands(context):
        inner = found.get_command(context, word)
        assert inner is not None
        yield f"{word} ", inner


def _spelled(option: click.Option) -> str:
    """An option as it is typed."""
    value = ""
    if not option.is_flag:
        choices = option.type.choices if isinstance(option.type, click.Choice) else None
        value = " " + ("|".join(choices) if choices else option.metavar or option.type.name.upper())
    return ", ".join(sorted(option.opts, key=len)) + value


def _default(option: click.Option) -> str:
    """What holds when it is left out, where the help says so."""
    return f" Default: {_code(str(option.default))}." if option.show_default else ""


def pytest_options() -> list[Row]:
    """Every option that the pytest plugin adds."""
    from truemirror import pytest_plugin

    rows: list[Row] = [("option", "meaning")]

    class Parser:
        """Takes note."""

        def getgroup(self, *_: str) -> "Parser":
            """One is enough."""
            return self

        def addoption(self, *names: str, **how: object) -> None:
            """One option."""
            choices = how.get("choices")
            value = "|".join(choices) if isinstance(choices, tuple) else str(how.get("metavar") or "")
            rows.append((_code(f"{', '.join(names)} {value}".strip()), _sentence(str(how["help"]))))

        def addini(self, name: str, text: str, **_: object) -> None:
            """One key of pytest's configuration."""
            rows.append((_code(f"{name} = "), _sentence(text)))

    pytest_plugin.pytest_addoption(Parser())  # type: ignore[arg-type]
    return rows


def markers() -> list[Row]:
    """Every marker of the pytest plugin."""
    from truemirror.pytest_plugin import _MARKERS
    from truemirror.pytest_plugin.flows_options import MARKERS

    split = (line.partition("): ") if "): " in line else line.partition(": ") for line in (*_MARKERS, *MARKERS))
    return [("marker", "meaning"), *((_code(a + b.rstrip(": ")), _sentence(text)) for a, b, text in split)]


def fixtures() -> list[Row]:
    """Every fixture of the pytest plugin."""
    from truemirror import pytest_plugin

    rows: list[Row] = [("fixture", "what it gives")]
    for name, one in vars(pytest_plugin).items():
        if type(one).__name__ == "FixtureFunctionDefinition" and not name.startswith("_"):
            rows.append((_code(name), _sentence(inspect.getdoc(one._get_wrapped_function()) or "")))
    return rows


def keys(name: str) -> list[Row]:
    """Every key of a part of the configuration, from its class."""
    from truemirror.config import flows, model
    from truemirror.core import environment
    from truemirror.core.contract import waivers
    from truemirror.core.flow import quarantine

    body = [
        one
        for module in (model, waivers, flows, environment, quarantine)
        for one in ast.parse(inspect.getsource(module)).body
    ]
    (made,) = (one for one in body if isinstance(one, ast.ClassDef) and one.name == name)
    rows: list[Row] = [("key", "default", "meaning")]
    for field, after in zip(made.body, [*made.body[1:], made.body[-1]], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            told = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            rows.append((_code(field.target.id), _value(field), _sentence(str(told))))
    return rows


def _value(field: ast.AnnAssign) -> str:
    """What an absent key means, as TOML writes it."""
    match field.value:
        case ast.Constant(value=None):
            return ""
        case ast.Constant(value=str(text)):
            return _code(f'"{text}"') if text else ""
        case ast.Constant(value=value):
            return _code(str(value))
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(text))]):
            return _code(f'"{text}"')
        case _:
            return ""


def rules() -> list[Row]:
    """Every rule by which contracts are judged."""
    from truemirror.core.contract.rules import RULES

    ordered = sorted(RULES.values(), key=lambda one: (one.area, one.id))
    return [
        ("rule", "area", "level", "when it is found"),
        *((_code(one.id), one.area, str(one.level), one.meaning) for one in ordered),
    ]


def changes() -> list[Row]:
    """Every rule by which the difference of two schemas is judged, with its example."""
    from truemirror.core.contract.compat.rules import ROWS

    rows: list[Row] = [
        ("rule", "backward", "forward", "request", "response", "meaning", "what to do", "example: old", "new")
    ]
    for row in ROWS.values():
        weights = tuple(str(level) if level else "" for level in list(row.levels.values())[:4])
        shown = tuple(_code(json.dumps(one, separators=(",", ":"))) for one in (row.old, row.new))
        rows.append((_code(row.id), *weights, row.meaning, row.mend, *shown))
    return rows


def operation_changes() -> list[Row]:
    """Every rule by which the difference of two interfaces is judged."""
    from truemirror.core.contract.compat.rules_operations import OPERATION_RULES

    rows: list[Row] = [("rule", "direction", "level", "meaning", "what to do", "why not otherwise")]
    for row in OPERATION_RULES.values():
        why = row.because if row.level_said else ""
        rows.append((_code(row.id), row.direction.value, row.level.value, row.meaning, row.mend, why))
    return rows


def twenty_changes() -> list[Row]:
    """The changes of the reference system that its suite makes and judges."""
    from suites.changes import harmful as _, harmless as __  # noqa: F401, I001  # fill the catalogues
    from suites.changes.change import harmful, harmless

    rows: list[Row] = [("change", "provider", "who calls it", "verdict", "rules")]
    for one in (*harmful.changes, *harmless.changes):
        told = ", ".join(_code(rule) for rule in sorted(one.rules))
        rows.append((_sentence(one.title), one.service, ", ".join(one.consumers), one.verdict, told))
    return rows


def load_keys(name: str) -> list[Row]:
    """Every key of a part of a load profile: those that are read, as the profile's classes tell of them."""
    from truemirror.core.load import profile, profile_text

    of = {"root": (profile.Profile,), "target": (profile.Target, profile.Selection)}
    made = of.get(name) or (getattr(profile, name.title()),)
    meanings = {
        field.target.id: after.value.value
        for one in ast.parse(inspect.getsource(profile)).body
        if isinstance(one, ast.ClassDef) and one.name in {cls.__name__ for cls in made}
        for field, after in pairwise(one.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }
    defaults = {field.name: field.default for cls in made for field in dataclasses.fields(cls)}
    rows: list[Row] = [("key", "default", "meaning")]
    for key in getattr(profile_text, name.upper()):
        default, meaning = defaults.get(key), meanings.get(key, "Method, path and query, with variables")
        shown = _code(json.dumps(default)) if isinstance(default, str | int | float | tuple) and default else ""
        rows.append((_code(key), shown, _sentence(str(meaning))))
    if name == "target":
        said = "The time in ms that 1 request in 20 may exceed; any pNN_ms is read, p999_ms is 99.9 %"
        rows.append((_code("p95_ms"), "", _sentence(said)))
    return rows


def load_verdicts(which: str) -> list[Row]:
    """How often the verdict of a load run is right, as the seeded simulation stored it."""
    from tests.core.load.operating import kept

    shown = kept()
    if which == "simple":
        rows: list[Row] = [("rule", "seconds", "wrong PASS", "wrong FAIL")]
        return rows + [
            (one.rule, str(one.seconds), f"{one.false_pass:.2f}", f"{one.false_fail:.2f}") for one in shown.simple
        ]
    rows = [("true mean", "PASS", "FAIL", "INCONCLUSIVE", "second look")]
    for one in shown.whole if which == "whole" else shown.bounds:
        said = (one.passed, one.failed, one.undecided, one.second_look)
        rows.append((f"{one.part:.2f} of the limit", *(f"{share:.3f}" for share in said)))
    return rows


def table(name: str) -> str:
    """A table by its name in a page."""
    kind, _, of = name.partition(" ")
    made: dict[str, Callable[[], list[Row]]] = {
        "commands": commands,
        "options": lambda: options(of),
        "keys": lambda: [row for row in keys(of) if row[0] not in _OWN_TABLES],
        "pytest-options": pytest_options,
        "markers": markers,
        "fixtures": fixtures,
        "rules": rules,
        "changes": changes,
        "operation-changes": operation_changes,
        "twenty-changes": twenty_changes,
        "load-keys": lambda: load_keys(of),
        "load-verdict": lambda: load_verdicts(of),
    }
    return _drawn(made[kind]())


def _drawn(rows: Iterable[Row]) -> str:
    """Rows as Markdown."""
    first, *others = rows
    lines = [first, tuple("---" for _ in first), *others]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _code(text: str) -> str:
    """As it is typed."""
    return f"`{text}`"


def _sentence(text: str) -> str:
    """A sentence, whatever it was written as."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ")")) or not text else ".")


def in_page(text: str) -> list[str]:
    """The names of the tables in a page."""
    return [found[2] for found in _TABLE.finditer(text)]


def rewritten(text: str) -> str:
    """A page with its tables as the code is."""
    return _TABLE.sub(lambda found: found[1] + table(found[2]), text)


if __name__ == "__main__":
    for page in sorted(DOCS.glob("*.md")):
        page.write_text(rewritten(page.read_text()))
