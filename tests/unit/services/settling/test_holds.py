"""What stops a booking, what the task says, and how a person sends it on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.sandbox.tripletex.disturbances import Disturbance, Kind
from services.sandbox.tripletex.entities import Invoice
from shared.providers.tripletex.wire import Id, NewPosting, NewVoucher
from shared.store import bookings, tasks
from shared.store.bookings import BookingState
from shared.store.clients import Accounts
from tests.harness.mortality import KilledError
from tests.harness.settlement_makers import CLIENT, kroner, line, parts
from tests.harness.settling import SettlingDesk

FEES = parts(reminder_fee=38, collection_fee=600)
FULL = parts(principal=10000, interest="140.96", reminder_fee=38, collection_fee=600)


async def full_payment(settling: SettlingDesk) -> Invoice:
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))
    return invoice


async def state(settling: SettlingDesk) -> BookingState:
    found = await bookings.find(settling.store, CLIENT, "stl_1")
    assert found is not None
    return found.state


async def closed_books(settling: SettlingDesk) -> None:
    settling.world.close_period(settling.company.id, date(2026, 10, 1))


async def no_such_account(settling: SettlingDesk) -> None:
    await settling.set_client(accounts=Accounts(overpayment=2990, fee_income=3999))


async def no_payment_type(settling: SettlingDesk) -> None:
    types = settling.company.payment_types
    for id_ in [one.id for one in types.values() if one.debit_account.number == 1579]:
        del types[id_]


async def booked_by_hand(settling: SettlingDesk) -> None:
    (invoice,) = settling.company.invoices.values()
    settling.world.pay(settling.company.id, invoice.id, Decimal(10000))


Obstacle = Callable[[SettlingDesk], Awaitable[None]]
OBSTACLES: list[Any] = [
    (closed_books, "period-locked"),
    (no_such_account, "accounts-missing"),
    (no_payment_type, "clearing-payment-type-missing"),
    (booked_by_hand, "invoice-already-settled"),
]


@pytest.mark.parametrize(("obstacle", "kind"), OBSTACLES)
async def test_an_obstacle_found_beforehand_holds_the_whole_settlement(
    settling: SettlingDesk, obstacle: Obstacle, kind: str
) -> None:
    await full_payment(settling)
    await obstacle(settling)

    await settling.round()

    assert await settling.tasks() == [kind]
    assert await state(settling) is BookingState.HELD
    assert settling.killer.made == []
    assert settling.faults == []


async def test_a_locked_period_offers_the_next_open_day_and_redates_nothing(
    settling: SettlingDesk,
) -> None:
    await full_payment(settling)
    await closed_books(settling)

    await settling.round()

    (task,) = await tasks.list_tasks(settling.store)
    assert task.title == "Settlement 1: The books are closed on 2026-09-14"
    assert "2026-10-01" in task.what_to_do


async def test_a_released_settlement_is_booked_on_the_day_a_person_chose(
    settling: SettlingDesk,
) -> None:
    invoice = await full_payment(settling)
    await closed_books(settling)
    await settling.round()

    await settling.release("stl_1", booking_date=date(2026, 10, 1))

    assert {one.date for one in settling.vouchers()} == {date(2026, 10, 1)}
    assert settling.outstanding(invoice) == 0
    assert await state(settling) is BookingState.BOOKED


async def test_a_released_settlement_that_is_still_blocked_asks_again(
    settling: SettlingDesk,
) -> None:
    await full_payment(settling)
    await no_payment_type(settling)
    await settling.round()

    await settling.release("stl_1")

    assert await settling.tasks() == ["clearing-payment-type-missing"] * 2


async def test_a_corrected_set_up_is_seen_at_release(settling: SettlingDesk) -> None:
    invoice = await full_payment(settling)
    await no_payment_type(settling)
    await settling.round()
    settling.world.add_clearing(settling.company.id)

    await settling.release("stl_1")

    assert settling.outstanding(invoice) == 0


async def test_a_refused_voucher_holds_after_the_payment_and_goes_on_after_release(
    settling: SettlingDesk,
) -> None:
    await full_payment(settling)
    settling.company.vat_locked_before = date(2026, 10, 1)
    await settling.round()
    held = await state(settling)
    settling.company.vat_locked_before = date.min

    await settling.release("stl_1")

    assert held is BookingState.HELD
    assert await settling.tasks() == ["booking-refused"]
    assert settling.killer.made.count("PUT :payment") == 1
    assert settling.balance(1579) == kroner("9981.46")


async def strange_voucher(settling: SettlingDesk) -> None:
    """Have somebody else post a voucher with the number we would use."""
    rows = [(1579, kroner(-1)), (1920, kroner(1))]
    postings = tuple(
        NewPosting(
            row=row,
            date=date(2026, 9, 14),
            account=Id(id=settling.company.account(number).id),
            amount_gross=gross,
            amount_gross_currency=gross,
            vat_type=Id(id=0),
            description="for hånd",
        )
        for row, (number, gross) in enumerate(rows, 1)
    )
    voucher = NewVoucher(
        date=date(2026, 9, 14),
        description="for hånd",
        external_voucher_number="ECPAY-1",
        postings=postings,
    )
    await settling.books().post_voucher(voucher, send_to_ledger=True)


@pytest.mark.parametrize(
    ("strangers", "kind"), [(1, "voucher-number-taken"), (2, "booking-unclear")]
)
async def test_a_strange_voucher_with_our_number_is_not_taken_for_ours(
    settling: SettlingDesk, strangers: int, kind: str
) -> None:
    await full_payment(settling)
    for _ in range(strangers):
        await strange_voucher(settling)

    await settling.round()

    assert await settling.tasks() == [kind]
    assert "PUT :payment" not in settling.killer.made


async def test_an_invoice_that_tripletex_does_not_show_holds(settling: SettlingDesk) -> None:
    gone = replace(await settling.claim(), id=999)
    await settling.hand_over(gone)
    settling.issue(settling.of(gone, line(allocation=FULL, agency=FEES, vat="159.50")))

    await settling.round()

    assert await settling.tasks() == ["invoice-missing"]


async def test_an_invoice_in_euro_is_booked_by_hand(settling: SettlingDesk) -> None:
    invoice = await settling.claim(currency="EUR", amount_currency=Decimal(1000))
    settling.issue(settling.of(invoice, line(allocation=FULL, agency=FEES, vat="159.50")))

    await settling.round()

    assert await settling.tasks() == ["invoice-foreign"]
    assert settling.killer.made == []


async def test_the_reversal_of_a_held_line_is_held(settling: SettlingDesk) -> None:
    invoice = await full_payment(settling)
    await booked_by_hand(settling)
    back = line(
        allocation=parts(principal=-10000),
        type="REVERSAL",
        line_id="lin_2",
        reverses_line_id="lin_1",
        remaining_principal=kroner(10000),
    )
    settling.issue(settling.of(invoice, back), number=2)

    await settling.round()

    assert await settling.tasks() == ["invoice-already-settled", "original-not-booked"]
    assert settling.killer.made == []


async def test_two_payments_that_look_alike_after_a_crash_are_left_to_a_person(
    settling: SettlingDesk,
) -> None:
    invoice = await settling.claim()
    part = line(allocation=parts(principal=4000), remaining_principal=kroner(6000))
    settling.issue(settling.of(invoice, part))
    settling.killer.at, settling.killer.after = 1, True
    with pytest.raises(KilledError):
        await settling.round()
    await settling.pay_on_clearing(invoice, "4000", date(2026, 9, 14))

    await settling.again()

    assert await settling.tasks() == ["booking-unclear"]
    assert settling.outstanding(invoice) == kroner(2000)


async def test_without_a_residual_voucher_the_statement_is_on_the_payment(
    settling: SettlingDesk,
) -> None:
    invoice = await settling.claim()
    settling.issue(settling.of(invoice, line(allocation=parts(principal=10000))))

    await settling.round()

    (payment,) = settling.vouchers()
    assert payment.attachment is not None


async def test_a_token_that_may_not_see_periods_books_all_the_same(
    settling: SettlingDesk,
) -> None:
    invoice = await full_payment(settling)
    refusal = Disturbance(Kind.EMPTY, path="/ledger/accountingPeriod", status=403, calls=9)
    settling.world.disturb(refusal)

    await settling.round()

    assert settling.outstanding(invoice) == 0


async def test_overpaid_money_is_booked_and_asked_about(settling: SettlingDesk) -> None:
    await settling.set_client(accounts=Accounts(overpayment=2900))
    invoice = await settling.claim()
    spent = FULL.model_copy(update={"overpayment": kroner(500)})
    settling.issue(settling.of(invoice, line(allocation=spent, agency=FEES, vat="159.50")))

    await settling.round()

    assert settling.balance(2900) == kroner(-500)
    assert settling.outstanding(invoice) == 0
    assert await settling.tasks() == ["overpayment"]


async def test_a_booking_does_not_wait_for_its_statement(settling: SettlingDesk) -> None:
    await full_payment(settling)
    settling.ecpay_fake.statement_after = 1

    await settling.round()

    assert await state(settling) is BookingState.BOOKED
    assert "stl_1" in settling.ecpay_fake.acknowledged
    assert "POST attachment" not in settling.killer.made


async def test_a_late_statement_is_attached_when_it_comes(settling: SettlingDesk) -> None:
    await full_payment(settling)
    settling.ecpay_fake.statement_after = 2
    await settling.round()

    for _ in range(3):
        await settling.ask_for_statements()

    assert settling.killer.made.count("POST attachment") == 1
    assert settling.killer.made.count("POST acknowledgement") == 1
    assert await settling.tasks() == []


async def test_a_statement_that_never_comes_becomes_a_task(settling: SettlingDesk) -> None:
    await full_payment(settling)
    settling.ecpay_fake.statement_after = 1000
    await settling.round()
    settling.clock.advance(timedelta(days=14))

    await settling.ask_for_statements()

    assert await settling.tasks() == ["statement-missing"]


async def test_another_acknowledgement_at_ecpay_is_a_task(settling: SettlingDesk) -> None:
    await full_payment(settling)
    settling.ecpay_fake.acknowledged["stl_1"] = {"status": "BOOKED"}

    await settling.round()

    assert await settling.tasks() == ["acknowledgement-conflict"]
    assert settling.balance(1579) == kroner("9981.46")
