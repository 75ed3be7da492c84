"""A figure that a bench found, and the bar it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table.

    Attributes:
        bar: The least it should be; None for a figure that others are compared with.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines of text with their bars beside them."""
    lines = [f"{'what':<58} {'value':>12} {'unit':<8} {'bar':>10}  held"]
    for figure in figures:
        bar = "" if figure.bar is None else f"{figure.bar:,.2f}"
        held = "" if figure.bar is None else "yes" if figure.value >= figure.bar else "NO"
        lines.append(
            f"{figure.name:<58} {figure.value:>12,.2f} {figure.unit:<8} {bar:>10}  {held}"
        )
    return "\n".join(lines)
