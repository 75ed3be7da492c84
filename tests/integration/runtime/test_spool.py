"""What an embedded broker holds at an orderly end is there again at the next start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.bus.declare import declare
from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.port import Outgoing
from shared.bus.topology import BOOKING_WRITER, JOURNAL, dlq
from shared.runtime.spool import spool
from shared.store import outbox
from shared.store.engine import open_store

NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)


def letter(queue: str) -> Outgoing:
    return Outgoing(
        exchange="",
        routing_key=queue,
        body=b"the bytes",
        message_id="0b8f2f6e-0000-4000-8000-000000000001",
        headers={"restanse-attempt": 3},
    )


async def test_messages_go_back_to_the_queue_they_were_in(sqlite_url: str) -> None:
    broker, store = EmbeddedBroker(), open_store(sqlite_url)
    await declare(broker)
    broker.publish(letter(BOOKING_WRITER))
    broker.publish(letter(dlq(BOOKING_WRITER)))

    kept = await spool(broker, store, now=NOW)

    rows = await outbox.take_due(store, now=NOW, lease=timedelta(hours=1), limit=10)
    await store.close()
    assert kept == 2
    assert {(row.exchange, row.routing_key) for row in rows} == {
        ("", BOOKING_WRITER),
        ("", dlq(BOOKING_WRITER)),
    }
    assert all(row.body == b"the bytes" for row in rows)
    assert all(dict(row.headers) == {"restanse-attempt": 3} for row in rows)


async def test_the_journal_is_not_kept(sqlite_url: str) -> None:
    broker, store = EmbeddedBroker(), open_store(sqlite_url)
    await declare(broker)
    broker.publish(letter(JOURNAL))

    kept = await spool(broker, store, now=NOW)

    await store.close()
    assert kept == 0


async def test_nothing_is_left_in_the_broker(sqlite_url: str) -> None:
    broker, store = EmbeddedBroker(), open_store(sqlite_url)
    await declare(broker)
    broker.publish(letter(BOOKING_WRITER))
    await spool(broker, store, now=NOW)

    again = await spool(broker, store, now=NOW)

    await store.close()
    assert again == 0
