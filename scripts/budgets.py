"""Hold the size budgets: no file over 500 lines, no function over 60, a purpose at the head of every module.

Giants grow quietly, so a machine counts.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 500
FUNCTION_LINES = 60
ROOMS = ("src", "examples", "suites", "benchmarks", "conformance", "scripts", "load")


def complaints(path: Path) -> Iterator[str]:
    """Everything about one file that is over its budget."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines, allowed are {FILE_LINES}"
    if text.strip() and not ast.get_docstring(tree):
        yield f"{path}: no sentence of purpose at its head"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, allowed are {FUNCTION_LINES}"


def main() -> int:
    """Check every room; gives back the exit code."""
    found = [line for room in ROOMS for path in sorted(Path(room).rglob("*.py")) for line in complaints(path)]
    print("\n".join(found) if found else "budgets: all files and functions are within theirs")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
