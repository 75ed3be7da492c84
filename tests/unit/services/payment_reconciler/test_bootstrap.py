from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.payment_reconciler.bootstrap import feed_request, slot

NINE = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)


def test_replicas_that_tick_in_one_quarter_ask_the_same() -> None:
    first = feed_request("acme", slot(NINE + timedelta(minutes=1)))
    second = feed_request("acme", slot(NINE + timedelta(minutes=14)))

    assert first.id == second.id


def test_the_next_quarter_is_another_request() -> None:
    first = feed_request("acme", slot(NINE))
    second = feed_request("acme", slot(NINE + timedelta(minutes=15)))

    assert first.id != second.id
