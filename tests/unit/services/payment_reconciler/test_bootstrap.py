from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.payment_reconciler.bootstrap import build, feed_request, slot
from shared.runtime.resources import Resources
from shared.store.clients import ClientState
from shared.store.outbox import counts
from tests.harness.building import STARTED, add_client

NINE = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)


def test_replicas_that_tick_in_one_quarter_ask_the_same() -> None:
    first = feed_request("acme", slot(NINE + timedelta(minutes=1)))
    second = feed_request("acme", slot(NINE + timedelta(minutes=14)))

    assert first.id == second.id


def test_the_next_quarter_is_another_request() -> None:
    first = feed_request("acme", slot(NINE))
    second = feed_request("acme", slot(NINE + timedelta(minutes=15)))

    assert first.id != second.id


async def test_a_tick_asks_once_for_every_followed_client_and_waits_for_the_next(
    resources: Resources,
) -> None:
    for state in ClientState:
        await add_client(resources.store, state.value.lower(), state)
    (ticker,) = build(resources).tickers

    more_at_once = await ticker.tick()

    assert not more_at_once
    assert (await counts(resources.store, now=STARTED)).due == 2


async def test_a_round_asks_at_once(resources: Resources) -> None:
    await add_client(resources.store, "acme", ClientState.ACTIVE)

    await build(resources).round()

    assert (await counts(resources.store, now=STARTED)).due == 1
