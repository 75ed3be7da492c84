"""A settlement whose booking is interrupted anywhere has each of its effects once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking_writer.journal import Journal
from services.sandbox.tripletex.entities import Invoice
from shared.faults import NotYet
from shared.store import bookings
from shared.store.bookings import Lease, StepKind, StepState
from tests.harness.mortality import KilledError
from tests.harness.settlement_makers import CLIENT, kroner, line, parts
from tests.harness.settling import SettlingDesk

FEES = parts(reminder_fee=38, collection_fee=600)
PARTIAL = parts(principal=3362, reminder_fee=38, collection_fee=600)
CALLS = ["PUT :payment", "PUT :payment", "POST voucher", "POST attachment", "POST acknowledgement"]


async def two_instalments(settling: SettlingDesk) -> Invoice:
    """Issue a settlement with two equal payments on one invoice."""
    invoice = await settling.claim()
    first = line(allocation=PARTIAL, agency=FEES, vat="159.50", remaining_principal=kroner(6638))
    second = line(
        allocation=PARTIAL,
        agency=FEES,
        vat="159.50",
        line_id="lin_2",
        remaining_principal=kroner(3276),
    )
    settling.issue(settling.of(invoice, first), settling.of(invoice, second))
    return invoice


async def assert_booked_once(settling: SettlingDesk, invoice: Invoice) -> None:
    steps = await bookings.steps(settling.store, CLIENT, "stl_1")
    assert settling.outstanding(invoice) == kroner(3276)
    assert settling.balance(1579) == kroner(6405)
    assert len(settling.vouchers()) == 3
    assert settling.killer.made.count("POST attachment") == 1
    assert list(settling.ecpay_fake.acknowledged) == ["stl_1"]
    assert {step.state for step in steps} == {StepState.DONE}
    assert await settling.tasks() == []


async def test_an_uninterrupted_booking_makes_five_changing_calls(settling: SettlingDesk) -> None:
    invoice = await two_instalments(settling)

    await settling.round()

    assert settling.killer.made == CALLS
    await assert_booked_once(settling, invoice)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, len(CALLS) + 1))
async def test_a_killed_process_leaves_one_effect_of_each_step(
    settling: SettlingDesk, at: int, *, after: bool
) -> None:
    invoice = await two_instalments(settling)
    settling.killer.at, settling.killer.after = at, after

    with pytest.raises(KilledError):
        await settling.round()
    await settling.again()

    await assert_booked_once(settling, invoice)


@pytest.mark.parametrize("call", ["PUT :payment", "POST voucher", "POST attachment"])
async def test_a_lost_answer_is_looked_up_before_the_call_is_repeated(
    settling: SettlingDesk, call: str
) -> None:
    invoice = await two_instalments(settling)
    settling.killer.lost.append(call)

    await settling.round()

    await assert_booked_once(settling, invoice)
    assert settling.killer.made == CALLS


@pytest.mark.parametrize("call", ["PUT :payment", "POST voucher"])
async def test_a_lost_answer_is_looked_up_by_a_token_that_may_not_see_accounts(
    settling: SettlingDesk, call: str
) -> None:
    invoice = await two_instalments(settling)
    settling.killer.lost.append(call)
    settling.killer.hides_accounts = True

    await settling.round()

    await assert_booked_once(settling, invoice)
    assert settling.killer.made == CALLS


async def test_a_lost_acknowledgement_is_repeated_with_the_same_content(
    settling: SettlingDesk,
) -> None:
    invoice = await two_instalments(settling)
    settling.killer.lost.append("POST acknowledgement")

    await settling.round()

    await assert_booked_once(settling, invoice)
    first, second = settling.ecpay_fake.calls("/acknowledgement")
    assert first.body == second.body


async def test_a_second_round_makes_no_changing_call(settling: SettlingDesk) -> None:
    await two_instalments(settling)
    await settling.round()
    made = list(settling.killer.made)

    await settling.round()

    assert settling.killer.made == made


async def test_the_same_message_again_makes_no_changing_call(settling: SettlingDesk) -> None:
    invoice = await two_instalments(settling)
    await settling.round()

    await settling.again()

    assert settling.killer.made == CALLS
    await assert_booked_once(settling, invoice)


async def test_one_worker_at_a_time_books_for_a_client(settling: SettlingDesk) -> None:
    invoice = await two_instalments(settling)
    other = Lease(CLIENT, "another worker")
    await bookings.take_lease(settling.store, other, now=settling.clock.now())

    await settling.round()  # waits until the lease has run out

    await assert_booked_once(settling, invoice)


async def test_a_worker_that_lost_its_lease_writes_no_intent(settling: SettlingDesk) -> None:
    mine, other = Lease(CLIENT, "mine"), Lease(CLIENT, "another worker")
    now = settling.clock.now()
    await bookings.take_lease(settling.store, mine, now=now)
    await bookings.take_lease(settling.store, other, now=now + timedelta(hours=1))
    journal = Journal(settling.store, settling.clock, lease=mine, settlement_id="stl_1")

    with pytest.raises(NotYet):
        await journal.intend(StepKind.INVOICE_PAYMENT, "lin_1")

    assert await bookings.steps(settling.store, CLIENT, "stl_1") == []
