"""The audit trail: who did what, why, when, on which ids; denied attempts too.

Owner: operations. Rows are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Row, String, Table, Text, insert, select

from shared.store.engine import Store
from shared.store.tables import BigId, Document, UtcInstant, metadata
from shared.store.write import Write

AUDIT = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcInstant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(60), nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("client_id", String(40)),
    Column("reason", Text, nullable=False),
    Column("subjects", Document, nullable=False),
    Column("detail", Document, nullable=False),
    Index("ix_audit_at", "at"),
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing a person did, or was refused.

    Attributes:
        action: Noun and verb as on the command line, for example ``client confirm``.
        subjects: Ids it was done to.
        detail: What else must be known later; nothing personal and no secret.
    """

    at: datetime
    actor: str
    action: str
    reason: str = ""
    subjects: tuple[str, ...] = ()
    client_id: str | None = None
    allowed: bool = True
    detail: Mapping[str, object] | None = None


_ADD = insert(AUDIT)


def audited(entry: AuditEntry) -> Write:
    """Return the write that keeps an entry."""
    return Write(
        _ADD,
        {
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "allowed": entry.allowed,
            "client_id": entry.client_id,
            "reason": entry.reason,
            "subjects": list(entry.subjects),
            "detail": dict(entry.detail or {}),
        },
    )


async def list_audit(store: Store, *, limit: int = 200) -> Sequence[AuditEntry]:
    """Return the newest entries, newest first."""
    statement = select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc()).limit(limit)
    return [_entry(row) for row in await store.rows(statement)]


def _entry(row: Row[Any]) -> AuditEntry:
    kept = {name: value for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001  # the public name of a row's mapping
    kept["subjects"] = tuple(kept["subjects"])
    return AuditEntry(**kept)
