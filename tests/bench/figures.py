"""A figure that a bench found, and the bar it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table.

    Attributes:
        bar: What it is held to; None for a figure that others are compared with.
        is_ceiling: Whether the bar is the most it may be, and not the least.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    is_ceiling: bool = False

    @property
    def is_held(self) -> bool:
        """Tell whether the figure is on the right side of its bar."""
        if self.bar is None:
            return True
        return self.value <= self.bar if self.is_ceiling else self.value >= self.bar


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines of text with their bars beside them."""
    lines = [f"{'what':<58} {'value':>12} {'unit':<8} {'bar':>12}  held"]
    for figure in figures:
        sign = "<=" if figure.is_ceiling else ">="
        bar = "" if figure.bar is None else f"{sign} {figure.bar:,.2f}"
        held = "" if figure.bar is None else "yes" if figure.is_held else "NO"
        lines.append(
            f"{figure.name:<58} {figure.value:>12,.2f} {figure.unit:<8} {bar:>12}  {held}"
        )
    return "\n".join(lines)
