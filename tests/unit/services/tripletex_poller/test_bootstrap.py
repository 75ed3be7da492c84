from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.tripletex_poller.bootstrap import build
from shared.clock import SteppedClock
from shared.pipeline.service import Service
from shared.runtime.opening import opened
from shared.settings import Settings
from shared.store.clients import Client, ClientState, save
from shared.store.engine import Store
from shared.store.outbox import counts

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


@pytest.fixture
async def service(sqlite_url: str, clock: SteppedClock) -> AsyncIterator[Service]:
    settings = Settings(
        database_url=sqlite_url,
        tripletex_url="http://tripletex.test/v2",
        tripletex_consumer_token=SecretStr("consumer"),
        ecpay_url="http://ecpay.test",
        ecpay_client_id="restanse",
        ecpay_client_secret=SecretStr("secret"),
    )
    async with opened(settings, clock=clock) as resources:
        yield build(resources)


async def add(store: Store, client_id: str, state: ClientState) -> None:
    client = Client(
        client_id=client_id,
        name=client_id,
        company_id=1,
        employee_token=b"sealed",
        ecpay_client_id=client_id,
        start_date=date(2026, 6, 1),
        created_at=NOW,
        state=state,
    )
    await store.commit([save(client)])


async def queued(store: Store) -> int:
    return (await counts(store, now=NOW + timedelta(days=1))).due


async def test_round_looks_at_every_confirmed_client_at_once(
    service: Service, sqlite_store: Store
) -> None:
    for state in ClientState:
        await add(sqlite_store, state.value.lower(), state)

    await service.round()

    assert await queued(sqlite_store) == 2


async def test_tick_queues_a_due_client_once(service: Service, sqlite_store: Store) -> None:
    await add(sqlite_store, "fjord", ClientState.ACTIVE)
    (ticker,) = service.tickers

    found = [await ticker.tick(), await ticker.tick()]

    assert found == [True, False]
    assert await queued(sqlite_store) == 1


async def test_tick_finds_the_client_again_after_a_quarter(
    service: Service, sqlite_store: Store, clock: SteppedClock
) -> None:
    await add(sqlite_store, "fjord", ClientState.ACTIVE)
    (ticker,) = service.tickers
    await ticker.tick()
    clock.advance(timedelta(minutes=15))

    assert await ticker.tick()


def test_poller_consumes_its_own_queue(service: Service) -> None:
    assert [one.queue for one in service.consumers] == ["tripletex-poller"]
