"""Batches of writes on both databases: the same rows whatever way they go in."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    insert,
    select,
    update,
)

from shared.faults import Bug
from shared.store.engine import Store
from shared.store.insert import insert_new, upsert
from shared.store.tables import BigId, Document, Ore, UtcInstant
from shared.store.write import Write

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_METADATA = MetaData()
ROWS = Table(
    "every_kind",
    _METADATA,
    Column("name", String(40), primary_key=True),
    Column("number", BigId),
    Column("id", Uuid),
    Column("amount", Ore),
    Column("at", UtcInstant),
    Column("day", Date),
    Column("document", Document),
    Column("content", LargeBinary),
    Column("yes", Boolean),
    Column("times", Integer),
)
_ADD = insert(ROWS)
_ADD_NEW = insert_new(ROWS)
_UPSERT = upsert(ROWS, keep=("times",))
_MARK = update(ROWS).where(ROWS.c.name.in_(["row 1", "row 2"]))


@pytest.fixture(autouse=True)
async def _table(store: Store) -> None:
    async with store.begin() as connection:
        await connection.run_sync(_METADATA.create_all)


def values(number: int) -> dict[str, object]:
    odd = number % 2 == 1
    return {
        "name": f"row {number}",
        "number": number,
        "id": UUID(int=number),
        "amount": Decimal("12.34") * number,
        "at": NOW,
        "day": NOW.date() if odd else None,
        "document": ["a", {"b": [number, None]}] if odd else {"text": "\"quoted\", {braced}, ''"},
        "content": bytes([0, 255, number]),
        "yes": odd,
        "times": None,
    }


async def kept(store: Store) -> list[dict[str, object]]:
    rows = await store.rows(select(ROWS).order_by(ROWS.c.number))
    return [dict(row._mapping) for row in rows]


@pytest.mark.parametrize("number", [1, 4, 5, 60])
async def test_every_kind_of_value_is_kept_alone_and_in_a_batch(store: Store, number: int) -> None:
    wanted = [values(one) for one in range(number)]

    await store.commit([Write(_ADD, row) for row in wanted])

    assert await kept(store) == wanted


async def test_an_insert_of_new_rows_leaves_the_others(store: Store) -> None:
    await store.commit([Write(_ADD, values(3))])

    await store.commit([Write(_ADD_NEW, {**values(one), "yes": None}) for one in range(10)])

    assert [row["yes"] for row in await kept(store)] == [None] * 3 + [True] + [None] * 6


async def test_an_upsert_may_touch_a_row_twice_in_a_batch(store: Store) -> None:
    rows = [{**values(one % 5), "content": bytes([one]), "times": one} for one in range(10)]

    await store.commit([Write(_UPSERT, row) for row in rows])

    found = await kept(store)
    assert [row["content"] for row in found] == [bytes([one]) for one in range(5, 10)]
    assert [row["times"] for row in found] == list(range(5))


async def test_a_row_may_leave_columns_out(store: Store) -> None:
    rows = [{"name": f"row {one}", "number": one, "times": one} for one in range(6)]

    await store.commit([Write(_ADD, row) for row in rows])

    assert [row["times"] for row in await kept(store)] == list(range(6))


async def test_a_statement_with_a_list_may_be_in_a_batch(store: Store) -> None:
    await store.commit([Write(_ADD, values(one)) for one in range(4)])

    await store.commit([Write(_MARK, {"times": one}) for one in (7, 8)])

    assert [row["times"] for row in await kept(store)] == [None, 8, 8, None]


async def test_a_batch_with_one_bad_row_keeps_none(store: Store) -> None:
    rows = [values(one % 7) for one in range(8)]

    with pytest.raises(Bug):
        await store.commit([Write(_ADD, row) for row in rows])

    assert await kept(store) == []
