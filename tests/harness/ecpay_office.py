"""A client of ECPay over the fake, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shared.clock import SteppedClock
from shared.http.door import HttpDoor
from shared.providers.ecpay.access import Credentials
from shared.providers.ecpay.client import Creditor, Ecpay
from tests.harness.ecpay_fake import EcpayFake

MORNING = datetime(2026, 8, 18, 6, tzinfo=UTC)
ROOT = "/collection/v1/clients/4711-ecpay"


@dataclass
class EcpayOffice:
    """The fake, the client that talks to it, and the clock of both."""

    fake: EcpayFake
    client: Ecpay
    clock: SteppedClock

    @property
    def creditor(self) -> Creditor:
        """Return the agreement of the client ``acme``."""
        return self.client.creditor("4711-ecpay", client_id="acme")


@pytest.fixture
async def ecpay_office() -> AsyncIterator[EcpayOffice]:
    """Open a client of ECPay over a fake of its own."""
    fake, clock = EcpayFake(), SteppedClock(MORNING)
    door = HttpDoor("http://ecpay.test", dependency="ecpay", transport=fake)
    client = Ecpay(door, Credentials("broker-4711", SecretStr("not-a-secret")), clock=clock)
    yield EcpayOffice(fake, client, clock)
    await client.close()
