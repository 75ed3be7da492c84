"""What a demo shows while it runs: a bar per thing that moves, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Bars on a terminal; one line every ten days elsewhere."""

    def __init__(self, bars: Bars, days: int) -> None:
        self._bars = bars
        self._days = bars.add_task("simulated days", total=days)
        self._counts: dict[str, TaskID] = {}
        self._shown = 0

    def day(self, number: int, today: date, counts: dict[str, tuple[int, int]]) -> None:
        """Show that a day is over and how far each count has come of its total."""
        self._bars.update(self._days, completed=number, description=f"simulated days  {today}")
        for name, (done, total) in counts.items():
            if name not in self._counts:
                self._counts[name] = self._bars.add_task(name, total=total)
            self._bars.update(self._counts[name], completed=done, total=total)
        if not self._bars.console.is_terminal and number % 10 == 0:
            told = ", ".join(f"{name} {done}/{total}" for name, (done, total) in counts.items())
            self._bars.console.print(f"{today}: {told}", soft_wrap=True)


@contextmanager
def shown(days: int) -> Iterator[Progress]:
    """Show progress while the block runs."""
    console = Console(file=sys.stderr)
    bars = Bars(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bars:
        yield Progress(bars, days)
