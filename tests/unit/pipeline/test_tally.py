from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from shared.bus.port import Published
from shared.bus.signals import Signal
from shared.clock import SteppedClock
from shared.pipeline.settled import Committed, Settled
from shared.pipeline.tally import count_answered, count_published, count_signal, watching_outbox
from shared.store.engine import Store
from shared.store.outbox import OutboxRow, added
from tests.harness.deliveries import a_delivery
from tests.harness.plant import NOW

QUEUE = "tally-queue"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def a_row(name: str, *, due_in: timedelta = timedelta(0)) -> OutboxRow:
    return OutboxRow(name, "tally", "x", b"{}", NOW + due_in, NOW)


def test_what_became_of_a_batch_is_counted_by_queue_and_type() -> None:
    one = a_delivery(type="a.type.that.nobody.knows")
    kept = (
        Settled(one, "done", observed_at=NOW - timedelta(minutes=2)),
        Settled(one, "retry", reason="Transient"),
        Settled(one, "dead", reason="Bug"),
    )

    count_answered(QUEUE, Committed(kept=kept, lost=(kept[0],)), [one], now=NOW)

    consumed = "restanse_messages_consumed_total"
    counted = [
        value(consumed, queue=QUEUE, message_type="unknown", outcome=outcome)
        for outcome in ("done", "retry", "dead", "duplicate")
    ]
    assert counted == [1, 1, 1, 2]
    assert value("restanse_message_age_seconds_sum", queue=QUEUE) == 120
    assert value("restanse_message_retries_total", queue=QUEUE, reason="Transient") == 1


def test_a_row_that_no_queue_takes_is_counted_as_returned() -> None:
    count_published([a_row("one"), a_row("two")], [Published.CONFIRMED, Published.RETURNED])

    published = "restanse_messages_published_total"
    assert value(published, exchange="tally", outcome="confirmed") == 1
    assert value("restanse_outbox_returned_total", exchange="tally") == 1


def test_signals_of_the_link_are_counted() -> None:
    before = value("restanse_link_signals_total", signal="blocked")

    count_signal(Signal.BLOCKED, 3)

    assert value("restanse_link_signals_total", signal="blocked") == before + 3


async def test_what_waits_in_the_outbox_is_told(sqlite_store: Store) -> None:
    rows = [a_row("now"), a_row("later", due_in=timedelta(hours=1))]
    await sqlite_store.commit([added(row) for row in rows])

    more_at_once = await watching_outbox(sqlite_store, SteppedClock(NOW)).tick()

    assert not more_at_once
    assert value("restanse_outbox_pending", state="due") == 1
    assert value("restanse_outbox_pending", state="later") == 1
