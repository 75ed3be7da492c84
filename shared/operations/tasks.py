"""What a person must decide: listing, showing and closing tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.faults import Conflict, Invalid
from shared.messages.money import Money
from shared.operations.acts import Act
from shared.store import tasks as store_tasks
from shared.store.engine import Store
from shared.store.tasks import Task


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as it is shown."""

    id: int
    client_id: str
    kind: str
    key: str
    title: str
    what_to_do: str
    amount: Money | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str | None


async def list_tasks(
    store: Store, *, client_id: str | None = None, closed: bool = False, limit: int = 200
) -> tuple[TaskRow, ...]:
    """Return tasks, oldest first: the open ones or the closed ones."""
    found = await store_tasks.list_tasks(store, client_id=client_id, closed=closed, limit=limit)
    return tuple(_row(task) for task in found)


async def show_task(store: Store, task_id: int) -> TaskRow:
    """Return one task.

    Raises:
        Invalid: There is no such task.
    """
    task = await store_tasks.find_task(store, task_id)
    if task is None:
        raise Invalid(f"there is no task {task_id}; 'restanse task list' shows the open ones")
    return _row(task)


async def close_tasks(
    store: Store, task_ids: Sequence[int], *, by: Act
) -> tuple[tuple[int, ...], tuple[Conflict, ...]]:
    """Close tasks one by one; returns those closed, and why the others were not."""
    closed: list[int] = []
    refused: list[Conflict] = []
    for task_id in dict.fromkeys(task_ids):
        try:
            await store_tasks.close_task(
                store, task_id, now=by.at, closed_by=by.actor, note=by.reason
            )
            closed.append(task_id)
        except Conflict as fault:
            refused.append(fault)
    if closed:
        subjects = tuple(str(task_id) for task_id in closed)
        await store.commit([by.written("task close", subjects=subjects)])
    return tuple(closed), tuple(refused)


def _row(task: Task) -> TaskRow:
    return TaskRow(
        id=task.id,
        client_id=task.client_id,
        kind=task.kind,
        key=task.key,
        title=task.title,
        what_to_do=task.what_to_do,
        amount=None if task.amount is None else Money(amount=task.amount),
        opened_at=task.opened_at,
        closed_at=task.closed_at,
        closed_by=task.closed_by,
        note=task.note,
    )
