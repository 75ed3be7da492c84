"""Tasks: what a person must decide, each with what to do about it.

Owner: operations. Every service opens tasks; the same question about the same thing is one
task, also when it is asked again after it was closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    update,
)

from shared.faults import Conflict
from shared.store.engine import Store
from shared.store.insert import insert_new
from shared.store.tables import BigId, Document, Ore, UtcInstant, metadata
from shared.store.write import Write

TASKS = Table(
    "tasks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("client_id", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("key", String(200), nullable=False),
    Column("title", String(200), nullable=False),
    Column("what_to_do", Text, nullable=False),
    Column("amount", Ore),
    Column("detail", Document, nullable=False),
    Column("opened_at", UtcInstant, nullable=False),
    Column("closed_at", UtcInstant),
    Column("closed_by", String(100)),
    Column("note", Text),
    UniqueConstraint("client_id", "kind", "key"),
    Index("ix_tasks_closed_at", "closed_at", "opened_at"),
)


@dataclass(frozen=True, slots=True)
class Task:
    """A question to a person; open until ``closed_at`` is set.

    Attributes:
        kind: What kind of question, for grouping, for example ``partial-credit``.
        key: What it is about, for example a claim reference.
        amount: Money at stake, if any.
    """

    id: int
    client_id: str
    kind: str
    key: str
    title: str
    what_to_do: str
    amount: Decimal | None
    detail: Mapping[str, object]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str | None


_OPEN = insert_new(TASKS)
_CLOSE = (
    update(TASKS)
    .where(TASKS.c.id == bindparam("task_id"), TASKS.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_by=bindparam("by"), note=bindparam("why"))
)


def open_task(  # noqa: PLR0917  # five words, read as a sentence where it is called
    client_id: str,
    kind: str,
    key: str,
    title: str,
    what_to_do: str,
    *,
    now: datetime,
    amount: Decimal | None = None,
    detail: Mapping[str, object] | None = None,
) -> Write:
    """Return the write that opens a task, once per client, kind and key."""
    return Write(
        _OPEN,
        {
            "client_id": client_id,
            "kind": kind,
            "key": key,
            "title": title,
            "what_to_do": what_to_do,
            "amount": amount,
            "detail": dict(detail or {}),
            "opened_at": now,
        },
    )


async def list_tasks(
    store: Store, *, client_id: str | None = None, closed: bool = False, limit: int = 200
) -> Sequence[Task]:
    """Return tasks, oldest first: the open ones, or the closed ones."""
    wanted = TASKS.c.closed_at.is_not(None) if closed else TASKS.c.closed_at.is_(None)
    statement = select(TASKS).where(wanted).order_by(TASKS.c.opened_at, TASKS.c.id).limit(limit)
    if client_id is not None:
        statement = statement.where(TASKS.c.client_id == client_id)
    return [_task(row) for row in await store.rows(statement)]


async def find_task(store: Store, task_id: int) -> Task | None:
    """Return a task by its number, or None."""
    rows = await store.rows(select(TASKS).where(TASKS.c.id == task_id))
    return _task(rows[0]) if rows else None


async def close_task(
    store: Store, task_id: int, *, now: datetime, closed_by: str, note: str = ""
) -> None:
    """Close an open task.

    Raises:
        Conflict: There is no such open task; somebody else may have closed it.
    """
    parameters = {"task_id": task_id, "at": now, "by": closed_by, "why": note}
    async with store.begin() as connection:
        changed = (await connection.execute(_CLOSE, parameters)).rowcount
    if not changed:
        msg = f"no open task has the number {task_id}; 'restanse task list' shows the open ones"
        raise Conflict(msg, code="TASK_NOT_OPEN")


def _task(row: Row[Any]) -> Task:
    return Task(**row._mapping)  # noqa: SLF001  # the public name of a row's mapping
