"""Every table there is: importing this makes the metadata complete."""

from __future__ import annotations

from shared.store import audit, clients, tasks
from shared.store.tables import metadata

__all__ = ["OWNERS", "metadata"]

OWNERS = (audit, clients, tasks)
"""The table files; a new one is added here, or migrations do not see its tables."""
