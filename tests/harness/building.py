"""What a bootstrap is handed, on a SQLite database and peers that nobody answers for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from pydantic import SecretStr

from shared.clock import SteppedClock
from shared.runtime.opening import opened
from shared.runtime.resources import Resources
from shared.settings import Settings
from shared.store.clients import Client, ClientState, save
from shared.store.engine import Store

STARTED = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def stepped_clock() -> SteppedClock:
    """Stand still until somebody steps."""
    return SteppedClock(STARTED)


@pytest.fixture
async def resources(sqlite_url: str, stepped_clock: SteppedClock) -> AsyncIterator[Resources]:
    """Open what a service is built from."""
    settings = Settings(
        database_url=sqlite_url,
        tripletex_url="http://tripletex.test/v2",
        tripletex_consumer_token=SecretStr("consumer"),
        ecpay_url="http://ecpay.test",
        ecpay_client_id="restanse",
        ecpay_client_secret=SecretStr("secret"),
    )
    async with opened(settings, clock=stepped_clock) as open_resources:
        yield open_resources


async def add_client(store: Store, client_id: str, state: ClientState) -> None:
    """Keep a client in a state."""
    client = Client(
        client_id=client_id,
        name=client_id,
        company_id=1,
        employee_token=b"sealed",
        ecpay_client_id=client_id,
        start_date=date(2026, 6, 1),
        created_at=STARTED,
        state=state,
    )
    await store.commit([save(client)])
