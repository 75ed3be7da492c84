"""Attempts: every try that failed, with its reason; the history of a message.

Owner: the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from shared.store.engine import Store
from shared.store.tables import BigId, UtcInstant, metadata
from shared.store.write import Write

TRACE_LIMIT = 8 * 1024
MESSAGE_LIMIT = 2 * 1024

ATTEMPTS = Table(
    "attempts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("message_id", String(255), nullable=False),
    Column("queue", String(100), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("fault", String(60), nullable=False),
    Column("code", String(100), nullable=False),
    Column("dependency", String(60), nullable=False),
    Column("message", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Index("ix_attempts_message_id", "message_id"),
    Index("ix_attempts_at", "at"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that failed.

    Attributes:
        message_id: As text, because what could not be read may have any id or none.
        fault: Name of the fault's class.
        trace: End of the traceback when a bug was caught; empty for a fault that was foreseen.
    """

    message_id: str
    queue: str
    attempt: int
    at: datetime
    fault: str
    code: str
    dependency: str
    message: str
    trace: str = ""


_ADD = insert(ATTEMPTS)
_OLD = (
    select(ATTEMPTS.c.id)
    .where(ATTEMPTS.c.at < bindparam("before", type_=UtcInstant))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)  # replicas that forget at once share the work
)
_FORGET = delete(ATTEMPTS).where(ATTEMPTS.c.id.in_(_OLD))


def attempted(attempt: Attempt) -> Write:
    """Return the write that keeps an attempt, its texts cut to their limits."""
    row = asdict(attempt)
    row["message_id"] = attempt.message_id[:255]
    row["code"] = attempt.code[:100]
    row["message"] = attempt.message[:MESSAGE_LIMIT]
    row["trace"] = attempt.trace[-TRACE_LIMIT:]
    return Write(_ADD, row)


async def attempts_of(store: Store, message_id: str) -> Sequence[Attempt]:
    """Return the failed tries of a message, oldest first."""
    statement = (
        select(ATTEMPTS)
        .where(ATTEMPTS.c.message_id == message_id)
        .order_by(ATTEMPTS.c.at, ATTEMPTS.c.id)
    )
    return [_attempt(row) for row in await store.rows(statement)]


async def forget(store: Store, *, before: datetime, most: int) -> int:
    """Delete some attempts made before an instant and return how many rows that were."""
    async with store.begin() as connection:
        parameters = {"before": before, "most": most}
        return int((await connection.execute(_FORGET, parameters)).rowcount)


def _attempt(row: Row[Any]) -> Attempt:
    kept = {name: value for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001  # the public name of a row's mapping
    return Attempt(**kept)
