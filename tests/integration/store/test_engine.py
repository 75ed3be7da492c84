"""The engine on both databases: transactions, concurrency, faults."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.faults import Bug, Conflict, Outage
from shared.pipeline.copies import failed_try
from shared.store.audit import AuditEntry, audited, list_audit
from shared.store.engine import Store, open_store
from shared.store.tasks import close_task, list_tasks, open_task
from shared.store.write import Write
from tests.harness.deliveries import a_delivery
from tests.harness.postgres_node import PostgresNode

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_task(key: str) -> Write:
    return open_task(
        "acme", "partial-credit", key, "Delkreditert", "Sjekk kravet", now=NOW, amount=Decimal(10)
    )


async def workers_ended() -> None:
    # a connection that failed to open leaves its thread to tell a loop that may be gone by then
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10)


async def test_a_task_is_opened_once_per_key(store: Store) -> None:
    await store.commit([a_task("one"), a_task("two")])
    await store.commit([a_task("two")])

    tasks = await list_tasks(store)

    assert [(task.key, task.amount) for task in tasks] == [
        ("one", Decimal("10.00")),
        ("two", Decimal("10.00")),
    ]
    assert tasks[0].opened_at == NOW


async def test_a_closed_task_is_listed_among_the_closed(store: Store) -> None:
    await store.commit([a_task("one")])
    (task,) = await list_tasks(store)

    await close_task(store, task.id, now=NOW, closed_by="kari", note="ringte")

    assert await list_tasks(store, client_id="acme") == []
    (closed,) = await list_tasks(store, closed=True)
    assert (closed.closed_by, closed.note) == ("kari", "ringte")


async def test_a_closed_task_cannot_be_closed_again(store: Store) -> None:
    with pytest.raises(Conflict):
        await close_task(store, 7, now=NOW, closed_by="kari")


async def test_the_audit_trail_is_read_newest_first(store: Store) -> None:
    first = AuditEntry(NOW, "kari", "client confirm", subjects=("acme",))
    second = AuditEntry(NOW, "ola", "dlq replay", "feil rettet", allowed=False, detail={"n": 2})

    await store.commit([audited(first), audited(second)])

    newest, oldest = await list_audit(store)
    assert (newest.actor, newest.allowed, newest.detail) == ("ola", False, {"n": 2})
    assert (oldest.subjects, oldest.allowed) == (("acme",), True)


async def test_a_failing_block_changes_nothing(store: Store) -> None:
    broken = Write(text("INSERT INTO no_such_table VALUES (1)"))

    with pytest.raises(Bug):
        await store.commit([a_task("one"), broken])

    assert await list_tasks(store) == []


async def test_a_refused_row_is_not_quoted_in_the_history(store: Store) -> None:
    task = a_task("one")
    nameless = replace(task, parameters={**task.parameters, "title": None, "key": "Nordmann"})

    with pytest.raises(Bug) as refused:
        await store.commit([nameless])

    trace = failed_try(a_delivery(), refused.value, now=NOW).trace
    assert "IntegrityError" in trace
    assert "Nordmann" not in trace


async def test_many_tasks_write_at_once(store: Store) -> None:
    async def write(number: int) -> None:
        async with store.begin() as connection:
            await connection.execute(text("SELECT count(*) FROM tasks"))
            await asyncio.sleep(0)
            await connection.execute(a_task(str(number)).statement, a_task(str(number)).parameters)

    await asyncio.gather(*(write(number) for number in range(40)))

    assert len(await list_tasks(store)) == 40


async def test_two_processes_write_one_file_at_once(sqlite_url: str) -> None:
    stores = [open_store(sqlite_url) for _ in range(2)]

    await asyncio.gather(
        *(stores[number % 2].commit([a_task(str(number))]) for number in range(40))
    )

    assert len(await list_tasks(stores[0])) == 40
    for opened in stores:
        await opened.close()


async def test_a_folder_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/none/restanse.db")

    with pytest.raises(Outage) as caught:
        await opened.rows(text("SELECT 1"))

    assert caught.value.dependency == "database"
    await opened.close()
    await workers_ended()


@pytest.mark.real
async def test_a_killed_server_is_an_outage_and_comes_back(
    postgres: PostgresNode, postgres_store: Store
) -> None:
    await postgres_store.rows(text("SELECT 1"))
    postgres.kill9()

    with pytest.raises(Outage):
        await postgres_store.commit([a_task("one")])
    postgres.start()
    await postgres_store.commit([a_task("two")])

    assert [task.key for task in await list_tasks(postgres_store)] == ["two"]


@pytest.mark.real
async def test_a_refused_connection_is_an_outage() -> None:
    opened = open_store("postgresql://restanse@127.0.0.1:1/none")

    with pytest.raises(Outage):
        await opened.rows(text("SELECT 1"))
