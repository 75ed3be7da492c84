"""The settling half of the flow once more, on PostgreSQL."""

from __future__ import annotations

import pytest

from shared.store.engine import Store
from tests.harness.mortality import KilledError
from tests.harness.settlement_makers import kroner, line, parts
from tests.harness.settling import SettlingDesk

pytestmark = pytest.mark.real
FEES = parts(reminder_fee=38, collection_fee=600)
FULL = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=600)


@pytest.fixture
def sqlite_store(postgres_store: Store) -> Store:
    """Take the place of the SQLite database in everything that asks for one."""
    return postgres_store


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_settlement_is_booked_once_although_its_first_payment_was_interrupted(
    settling: SettlingDesk, *, after: bool
) -> None:
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))
    settling.killer.at, settling.killer.after = 1, after

    with pytest.raises(KilledError):
        await settling.round()
    await settling.again()

    assert settling.balance(1579) == kroner("9981.46")
    assert settling.outstanding(invoice) == 0
    assert list(settling.ecpay_fake.acknowledged) == ["stl_1"]
    assert await settling.tasks() == []
