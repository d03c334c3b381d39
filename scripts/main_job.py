"""The main job on the reference system, step by step, as a person would type it.

Record the running CRM while a scripted user drives it, infer contracts, hold both against what is committed, judge;
then break one service in a copy, record it again, and see the gate block it. Everything goes to report/; the committed
mirrors and contracts are never touched (`--update` renews them).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "report" / "main-job"
SERVICES = ("auth", "core", "tags", "deals", "public-api")
TRUEMIRROR = (sys.executable, "-m", "truemirror")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
BROWSER = "apt-get install chromium chromium-driver"
BREAK = ("tags", "store.py", '"label": row["label"]', '"name": row["label"]')
"""The service that is broken, the file, what stands there, and what replaces it: an attribute gets another name."""

console = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 110)


class StepError(Exception):
    """A step did not end as it should; its output is the message."""


def main() -> int:
    """Run every step; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/gate", description=__doc__)
    parser.add_argument("--update", action="store_true", help="renew the committed mirrors and contracts")
    options = parser.parse_args()
    began = time.monotonic()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    try:
        if options.update:
            update()
        else:
            judge()
    except StepError as error:
        console.print(Text(str(error)), style="red")
        return 4
    console.print(Text(f"done in {time.monotonic() - began:.0f} s", "dim"))
    return 0


def update() -> None:
    """Renew what is committed from the running system."""
    step("record the running CRM into mirrors/")
    record(ROOT, ROOT / "mirrors")
    record_flows(ROOT / "mirrors", expect=(0, 1))  # the contracts may have to learn what it shows
    step("infer contracts into contracts/")
    infer(ROOT / "mirrors", ROOT / "contracts")
    if has_browser():
        step("run the flows on what was recorded")
        told(run(*PYTEST, "suites/flows"), 1)


def judge() -> None:
    """The whole story."""
    mirrors, contracts = WORK / "mirrors", WORK / "contracts"
    step("start the CRM and record it while a scripted user drives it")
    record(ROOT, mirrors)
    record_flows(mirrors)
    step("infer contracts from what was recorded")
    infer(mirrors, contracts)
    step("hold the committed mirrors and contracts against the running CRM")
    told(run(*TRUEMIRROR, "check", "--fresh", mirrors), 1)
    console.print(Text(f"  contracts: {agreement(ROOT / 'contracts', contracts)}", "dim"))
    step("gate: contracts, mirrors, every service alone against the mirrors of its neighbours, and flows in a browser")
    good = gate(ROOT / "mirrors", ROOT / "contracts", ROOT / "report", expect=0 if has_browser() else 3)
    step("break tags in a copy (its answers call `label` `name`), record the copy, gate again")
    broken = WORK / "broken"
    break_copy(broken)
    record(broken, broken / "mirrors")
    bad = gate(broken / "mirrors", ROOT / "contracts", ROOT / "report" / "broken", "--no-flows", expect=1)
    conclude(good, bad)


def step(title: str) -> None:
    """Say what comes now."""
    console.print()
    console.print(Text.assemble(("▸ ", "cyan"), (title, "bold")))


def run(*command: str | Path, expect: Sequence[int] = (0,), cwd: Path = ROOT) -> str:
    """Run a command to its end and give back what it printed. Raises StepError on an unexpected exit code."""
    kept = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    path = os.pathsep.join((str(cwd / "examples" / "crm"), str(cwd), *kept))
    env = {**os.environ, "PYTHONPATH": path, "COLUMNS": "110"}
    with console.status(_short(command)) if console.is_terminal else nullcontext():
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    if done.returncode not in expect:
        shown = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        line = " ".join(str(part) for part in command)
        raise StepError(f"exit code {done.returncode} of: {line}\n{shown}")
    return done.stdout


def _short(command: Sequence[str | Path]) -> Text:
    """A command as it would be typed, as long as a line."""
    typed = " ".join(str(part) for part in command[2:]).replace(f"{ROOT}/", "")
    return Text(typed if len(typed) <= 90 else f"{typed[:89]}…", "dim")


def told(output: str, lines: int = 4) -> None:
    """Show the last lines of what a step printed."""
    for line in output.strip().splitlines()[-lines:]:
        console.print(Text(f"  {line.partition('  into ')[0]}", "dim"))


def record(tree: Path, mirrors: Path) -> None:
    """Record the CRM of a tree: the scripted user's stories first, then every suite asking live neighbours."""
    up = (*TRUEMIRROR, "up", *SERVICES, "--mirrors", mirrors)
    whole = (0,) if tree == ROOT else (0, 1)  # stories and tests may well notice that a service is broken
    drive = run(*up, "--record", "--", sys.executable, "-m", "crm.drive", "--from-environment", cwd=tree, expect=whole)
    told("\n".join(line for line in drive.splitlines() if line.startswith("recorded ")), len(SERVICES))
    alone = (*PYTEST, "suites", "--ignore=suites/flows", "--mirror-mode=record", "--mirrors", mirrors)
    suites = run(*up, "--", *alone, cwd=tree, expect=whole)
    console.print(Text(f"  suites in isolation: {suites.strip().splitlines()[-1]}", "dim"))


def record_flows(mirrors: Path, expect: Sequence[int] = (0,)) -> None:
    """Record what pages ask while flows go through a CRM of their own, freshly started."""
    if not has_browser():
        console.print(Text(f"  flows: no browser here, so their recordings stay as they are ({BROWSER})", "yellow"))
        if mirrors != ROOT / "mirrors":
            keep_flows(mirrors)
        return
    how = ("--flows-target=live", "--mirror-mode=record", "--mirrors", mirrors)
    flows = run(*PYTEST, "suites/flows", *how, expect=expect)
    console.print(Text(f"  flows: {flows.strip().splitlines()[-1]}", "dim"))


def has_browser() -> bool:
    """Whether flows can be run here."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


def keep_flows(mirrors: Path) -> None:
    """Take the committed recordings of flows over."""
    for kept in (ROOT / "mirrors").glob("*/*/suites-flows-*"):
        shutil.copytree(kept, mirrors / kept.relative_to(ROOT / "mirrors"))


def infer(mirrors: Path, contracts: Path) -> None:
    """Infer the contract of every service."""
    said = run(*TRUEMIRROR, "infer", *SERVICES, "--mirrors", mirrors, "--contracts", contracts)
    told("\n".join(line for line in said.splitlines() if not line.startswith(" ")), len(SERVICES))


def agreement(kept: Path, fresh: Path) -> str:
    """Whether two folders hold the same files. Raises StepError where they do not."""
    names = {path.relative_to(root) for root in (kept, fresh) for path in root.rglob("*") if path.is_file()}
    other = sorted(str(name) for name in names if _content(kept / name) != _content(fresh / name))
    if other:
        shown = "\n".join(other[:10])
        raise StepError(
            f"the committed contracts no longer agree with the running CRM (scripts/gate --update):\n{shown}"
        )
    return f"{len(names)} files, all as committed"


def _content(path: Path) -> bytes | None:
    """A file's bytes; None when it is not there."""
    return path.read_bytes() if path.is_file() else None


def gate(mirrors: Path, contracts: Path, report: Path, *more: str, expect: int) -> dict[str, object]:
    """Run the gate on the terminal, as a person would; gives back its verdict.json."""
    command = [*TRUEMIRROR, "gate", "--mirrors", mirrors, "--contracts", contracts, "--report", report, *more]
    code = subprocess.run([str(part) for part in command], check=False, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    if code != expect:
        raise StepError(f"the gate ended with {code}, expected was {expect}: see {report / 'index.html'}")
    document: dict[str, object] = json.loads((report / "verdict.json").read_text(encoding="utf-8"))
    return document


def break_copy(copy: Path) -> None:
    """Copy the reference system and its suites, and give one attribute another name in one service."""
    service, file, stands, replaced = BREAK
    for name in ("examples", "suites", "mirrors", "contracts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".journal"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, copy / name)
    place = copy / "examples" / "crm" / "crm" / service / file
    source = place.read_text(encoding="utf-8")
    if stands not in source:
        raise StepError(f"{place} does not hold {stands}: the example of a broken service has to be mended")
    place.write_text(source.replace(stands, replaced), encoding="utf-8")


def conclude(good: dict[str, object], bad: dict[str, object]) -> None:
    """Both verdicts in one glance."""
    reasons = bad["reasons"]
    assert isinstance(reasons, list)
    first = next(reason for reason in reasons if reason["service"] == BREAK[0])
    consumers = ", ".join(first["consumers"])
    verdict = str(good["verdict"])
    body = Text.assemble(
        (f"{verdict.upper():<7}", "bold green" if verdict == "allow" else "bold yellow"),
        "the CRM as it is             report/index.html\n",
        ("BLOCK  ", "bold red"), "the CRM with tags broken     report/broken/index.html\n",
        ("       ", ""), (f"{first['title']}; this hits {consumers}", "dim"),
    )  # fmt: skip
    console.print()
    console.print(Panel(body, title="the main job", expand=False, padding=(1, 2)))
    if (
        verdict != ("allow" if has_browser() else "unknown")
        or bad["verdict"] != "block"
        or "deals" not in first["consumers"]
    ):
        raise StepError("the gate did not catch the broken service and name its consumer")


if __name__ == "__main__":
    sys.exit(main())
