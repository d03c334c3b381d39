"""Progress on a terminal: one line that moves while a stage works, one line that stays when it is done.

Rules: only `truemirror.cli.output` uses this module, when there is a terminal.
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as ElapsedColumn
from rich.table import Column
from rich.text import Text


class _CountColumn(MofNCompleteColumn):
    """`3/6`, and nothing where the number of steps is unknown."""

    def render(self, task: Task) -> Text:
        """The count of one stage."""
        return Text("") if task.total is None else super().render(task)


class LiveProgress:
    """The progress display; meets `truemirror.ports.Progress`."""

    def __init__(self, console: Console) -> None:
        """Nothing is shown before the first stage."""
        self._console = console
        self._task: TaskID | None = None
        self._name = self._note = ""
        note = TextColumn("[dim]{task.fields[note]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
        spinner = SpinnerColumn("dots" if "utf" in console.encoding.lower() else "line")
        name = TextColumn("{task.description}")
        parts = (spinner, name, BarColumn(24), _CountColumn(), ElapsedColumn(), note)
        self._progress = Progress(*parts, console=console, transient=True, expand=True)

    def __enter__(self) -> Self:
        """The display itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the moving line away."""
        self._end()
        self._progress.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; one that was still open is over."""
        self._end()
        self._name, self._note = name, ""
        self._task = self._progress.add_task(escape(name), total=total, note="")
        self._progress.start()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move the line."""
        if self._task is not None:
            self._note = note or self._note
            self._progress.update(self._task, advance=steps, note=escape(self._note))

    def done(self, outcome: str = "") -> None:
        """End the stage; with an outcome, leave a line that tells it and how long it took."""
        name, seconds = self._name, self._end()
        if outcome and seconds is not None:
            text = Text.assemble(name, ": ", outcome, (f"  {seconds:.1f} s", "dim"))
            self._console.print(text)

    def _end(self) -> float | None:
        """Take the stage's line away; gives back its seconds, None when no stage was open."""
        if self._task is None:
            return None
        seconds = self._progress.tasks[self._progress.task_ids.index(self._task)].elapsed
        self._progress.remove_task(self._task)
        self._task = None
        return seconds or 0.0
