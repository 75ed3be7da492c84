"""Programs of other packages that the command line starts, found by entry point.

Services do not import one another; the command line knows these by name only.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from importlib.metadata import entry_points
from typing import Any, cast

from shared.faults import Misconfigured

GROUP = "restanse.programs"


def program(name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a program's entry.

    Raises:
        Misconfigured: It is not installed.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise Misconfigured(f"the program {name!r} is not installed with this distribution")
    return cast("Callable[..., Coroutine[Any, Any, Any]]", next(iter(found)).load())
