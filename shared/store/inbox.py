"""The inbox: which messages a queue's consumers have handled.

Owner: the pipeline. A row is inserted in the transaction that commits what handling the message
changed, so of two replicas that handle one message the first to commit wins and the other's
changes are dropped. A message that failed has no row: it may come again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    Executable,
    Index,
    Integer,
    String,
    Table,
    TableValuedAlias,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.engine import Store
from shared.store.insert import insert_new
from shared.store.tables import UtcInstant, metadata

INBOX = Table(
    "inbox",
    metadata,
    Column("queue", String(100), primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("handled_at", UtcInstant, nullable=False),
    Index("ix_inbox_handled_at", "handled_at"),
)

# One parameter holds the whole batch: the statement is the same for any number of ids, and one
# round trip answers for all of them. It is text, because a driver dumps a list item by item.
_IDS = bindparam("ids", type_=Text)
_GIVEN = {
    "postgresql": func.unnest(cast(_IDS, ARRAY(Uuid))).table_valued("value").render_derived(),
    "sqlite": func.json_each(_IDS).table_valued("value"),
}


def _known(given: TableValuedAlias) -> Executable:
    return select(INBOX.c.message_id).where(
        INBOX.c.queue == bindparam("queue"), INBOX.c.message_id.in_(select(given.c.value))
    )


def _claim(given: TableValuedAlias) -> Executable:
    rows = select(
        bindparam("queue", type_=String), given.c.value, bindparam("at", type_=UtcInstant)
    ).where(true())  # without it SQLite reads ON as the start of a join
    columns = ["queue", "message_id", "handled_at"]
    return insert_new(INBOX).from_select(columns, rows).returning(INBOX.c.message_id)


_KNOWN = {dialect: _known(given) for dialect, given in _GIVEN.items()}
_CLAIM = {dialect: _claim(given) for dialect, given in _GIVEN.items()}
_OLD = (
    select(INBOX.c.queue, INBOX.c.message_id)
    .where(INBOX.c.handled_at < bindparam("before", type_=UtcInstant))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)  # replicas that forget at once share the work
)
_FORGET = delete(INBOX).where(tuple_(INBOX.c.queue, INBOX.c.message_id).in_(_OLD))


async def handled(store: Store, queue: str, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those ids that the queue's consumers have handled already.

    Raises:
        Outage: The database does not answer.
    """
    parameters = {"queue": queue, "ids": _many(store.dialect, ids)}
    return frozenset(row[0] for row in await store.rows(_KNOWN[store.dialect], parameters))


async def claim(
    connection: AsyncConnection, queue: str, ids: Iterable[UUID], *, now: datetime
) -> frozenset[UUID]:
    """Mark ids as handled in this transaction and return those nobody had marked before.

    Waits for another transaction that is marking one of them. Ids are taken in order, so two
    transactions never wait for each other.
    """
    dialect = connection.dialect.name
    parameters = {"queue": queue, "ids": _many(dialect, sorted(ids, key=_number)), "at": now}
    return frozenset(row[0] for row in await connection.execute(_CLAIM[dialect], parameters))


async def forget(store: Store, *, before: datetime, most: int) -> int:
    """Delete some of what was handled before an instant and return how many rows that were.

    What is forgotten would be handled again, so dead letters must not be kept for longer.
    """
    async with store.begin() as connection:
        parameters = {"before": before, "most": most}
        return int((await connection.execute(_FORGET, parameters)).rowcount)


def _number(one: UUID) -> int:
    return one.int  # compares faster than the id itself


def _many(dialect: str, ids: Iterable[UUID]) -> str:
    listed = [one.hex for one in ids]
    return f"{{{','.join(listed)}}}" if dialect == "postgresql" else json.dumps(listed)
