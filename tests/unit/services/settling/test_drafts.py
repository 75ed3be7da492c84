"""A client that wants drafts: one voucher, not in the ledger, with the principal in it."""

from __future__ import annotations

import pytest

from shared.store.clients import BookingMode
from tests.harness.mortality import KilledError
from tests.harness.settlement_makers import kroner, line, parts
from tests.harness.settling import SettlingDesk

FEES = parts(reminder_fee=38, collection_fee=600)
FULL = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=600)


async def test_a_draft_changes_nothing_until_it_is_approved(settling: SettlingDesk) -> None:
    await settling.set_client(booking=BookingMode.DRAFT)
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))

    await settling.round()

    (draft,) = settling.vouchers()
    principal = next(one for one in draft.postings if one.account.number == 1500)
    assert settling.outstanding(invoice) == kroner(10000)
    assert "PUT :payment" not in settling.killer.made
    assert draft.number == 0
    assert (principal.customer, principal.invoice_number) == (settling.debtor, str(invoice.number))
    assert await settling.tasks() == ["approve-draft"]


async def test_a_client_that_changes_its_mind_is_not_booked_twice(settling: SettlingDesk) -> None:
    await settling.set_client(booking=BookingMode.DRAFT)
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))
    await settling.round()
    made = list(settling.killer.made)
    await settling.set_client(booking=BookingMode.POST)

    await settling.again()

    assert settling.killer.made == made


@pytest.mark.parametrize(
    ("begun", "changed"),
    [(BookingMode.DRAFT, BookingMode.POST), (BookingMode.POST, BookingMode.DRAFT)],
)
async def test_a_booking_is_ended_the_way_it_was_begun(
    settling: SettlingDesk, begun: BookingMode, changed: BookingMode
) -> None:
    await settling.set_client(booking=begun)
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))
    settling.killer.at, settling.killer.after = 1, True
    with pytest.raises(KilledError):
        await settling.round()
    await settling.set_client(booking=changed)

    await settling.again()

    assert len(settling.vouchers()) == (1 if begun is BookingMode.DRAFT else 2)
    assert settling.killer.made.count("POST voucher") == 1
