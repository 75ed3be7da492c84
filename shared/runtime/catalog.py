"""Which services are installed, found by entry point so that nothing imports a service."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TypeAlias, cast

from shared.faults import Misconfigured
from shared.pipeline.service import Service
from shared.runtime.resources import Resources

GROUP = "restanse.services"

Bootstrap: TypeAlias = Callable[[Resources], Service]


def service_names() -> tuple[str, ...]:
    """Return the names of all installed services, sorted."""
    return tuple(sorted(_entries()))


def bootstrap_of(name: str) -> Bootstrap:
    """Return what builds a service.

    Raises:
        Misconfigured: There is no service of that name.
    """
    entry = _entries().get(name)
    if entry is None:
        known = ", ".join(service_names()) or "none; is the distribution installed?"
        raise Misconfigured(f"no service is named {name!r}; installed are: {known}")
    return cast("Bootstrap", entry.load())


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
