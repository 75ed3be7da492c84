"""A row change as a value, so that a handler can return it and the pipeline can commit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.sql.base import Executable


@dataclass(frozen=True, slots=True)
class Write:
    """One execution of a statement with bound parameters.

    The pipeline groups the writes of a batch by ``statement`` object, so a statement is built
    once per module and shared. Writes of one statement keep their order; between different
    statements no order is promised within a batch, except that of their first appearance.
    """

    statement: Executable
    parameters: Mapping[str, object] = field(default_factory=dict)
