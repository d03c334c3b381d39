"""`python -m tests.fuzzing [TARGET...] --seconds 60`: a coverage-guided fuzzer (atheris) on what strangers send.

Rules: each target runs in a process of its own, from its seeds. What it breaks with is told, and kept as a file that
`--again FILE` runs once more. Where atheris is not installed (`pip install --group fuzz`), that is told, and nothing
ran.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("requests", "intake", "http2", "files")
_MEMORY_MB = 1024
_LONGEST = 16_384


def main(arguments: list[str] | None = None) -> int:
    """Run the targets in turn; gives 0, or 1 where one broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all when left out")
    parser.add_argument("--seconds", type=int, default=60, help="how long each target runs")
    parser.add_argument("--again", type=Path, help="run one target on this file, without a fuzzer")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    strange = sorted(set(options.targets) - set(NAMES))
    if strange:
        parser.error(f"there is no target {strange[0]}: it is one of {', '.join(NAMES)}")
    names = options.targets or list(NAMES)
    if options.again is not None:
        return again(names[0], options.again)
    if importlib.util.find_spec("atheris") is None:
        print("not run: atheris is not installed (pip install --group fuzz)")
        return 0
    if options.inside is not None:
        return inside(names[0], options.inside, options.seconds)
    return max(fuzz(name, options.seconds) for name in names)


def fuzz(name: str, seconds: int) -> int:
    """Run one target in a process of its own and tell how it went."""
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        command = [sys.executable, "-m", "tests.fuzzing", name, "--seconds", str(seconds), "--inside", folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
        said = (done.stdout + done.stderr).splitlines()
        last = next((line for line in reversed(said) if line.startswith(("#", "Done"))), "")
        print(f"{name}: {'nothing broke' if done.returncode == 0 else 'BROKE'} in {seconds} s; {last.strip()}")
        if done.returncode == 0:
            return 0
        print("\n".join([line for line in said if not line.startswith("INFO")][-40:]))
        for found in sorted(Path(folder).glob("found-*")):
            kept = Path(tempfile.mkdtemp(prefix=f"fuzzing-{name}-")) / found.name
            kept.write_bytes(found.read_bytes())
            print(f"again: python -m tests.fuzzing {name} --again {kept}")
        return 1


def inside(name: str, folder: Path, seconds: int) -> int:
    """Fuzz one target here, where its code is loaded with what measures coverage; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["truemirror", "h2", "hpack", "hyperframe"]):
        from tests.fuzzing.targets import TARGETS
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(TARGETS[name].seeds):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup(
        [
            name, str(corpus), f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=20",
            f"-rss_limit_mb={_MEMORY_MB}", f"-artifact_prefix={folder}/found-",
        ],
        TARGETS[name].run,
    )  # fmt: skip
    atheris.Fuzz()
    return 0


def again(name: str, file: Path) -> int:
    """Run one target on what it broke with; the traceback says where."""
    from tests.fuzzing.targets import TARGETS

    TARGETS[name].run(file.read_bytes())
    print(f"{name}: {file} breaks nothing now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
