"""The poller against a Tripletex stand-in: hand-over and payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from services.sandbox.tripletex.orders import CustomerOrder
from shared.messages.invoices import Invoice
from shared.messages.payments import ReceivedBy
from shared.store import watched
from shared.store.clients import ClientState
from shared.store.tasks import list_tasks
from tests.harness.polling import DUE, FIRST_DAY, PollDesk, names, payment_of


async def test_overdue_invoice_is_handed_over_once(polling: PollDesk) -> None:
    polling.invoice()

    first, second = await polling.poll(), await polling.poll()

    assert names(first) == ["invoices.overdue"]
    assert second == []


async def test_the_same_invoice_found_by_two_racing_polls_is_the_same_message(
    polling: PollDesk,
) -> None:
    polling.invoice()
    requests = [one for one in await polling.requests() for _ in range(2)]

    told = [one for request in requests for one in await polling.answer(request)]

    assert names(told) == ["invoices.overdue", "invoices.overdue"]
    assert len({one.id for one in told}) == 1


async def test_payment_between_two_racing_hand_overs_is_told_by_the_next_poll(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000")
    polling.pay(invoice, "300")
    (request,) = await polling.requests()
    winner = await polling.answer_of(request)
    polling.clock.advance(timedelta(seconds=1))
    polling.pay(invoice, "2000")
    loser = await polling.answer_of(request)
    for done in (winner, loser):
        await polling.commit(done)

    told = await polling.poll()

    assert [payment_of(one).amount for one in told] == [2000]


async def test_invoice_is_handed_over_on_the_fifteenth_day(polling: PollDesk) -> None:
    polling.invoice(due=FIRST_DAY - timedelta(days=14))

    today = await polling.poll()
    polling.next_day()
    tomorrow = await polling.poll()

    assert today == []
    assert names(tomorrow) == ["invoices.overdue"]


async def test_hand_over_carries_the_principal_and_earlier_part_payments(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice("10000")
    polling.pay(invoice, "2500.50", FIRST_DAY - timedelta(days=3))

    (message,) = await polling.poll()

    assert isinstance(message.data, Invoice)
    assert message.data.outstanding == Decimal("7499.50")
    assert [one.amount for one in message.data.payments_before] == [Decimal("2500.50")]


async def test_payment_before_the_hand_over_is_never_told_as_a_payment(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    polling.pay(invoice, "2500")
    await polling.poll()

    polling.pay(invoice, "500")
    told = await polling.poll()

    assert [payment_of(one).amount for one in told] == [Decimal(500)]


async def test_several_payments_between_two_polls_are_told_one_by_one(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    for amount in ("1000", "1000", "8000"):
        polling.pay(invoice, amount)

    told = await polling.poll()

    assert [payment_of(one).amount for one in told] == [1000, 1000, 8000]
    assert len({one.id for one in told}) == 3


async def test_back_dated_payment_is_told_with_its_own_date(polling: PollDesk) -> None:
    invoice = polling.invoice()
    await polling.poll()
    earlier = FIRST_DAY - timedelta(days=40)
    polling.pay(invoice, "10000", earlier)

    (message,) = await polling.poll()

    assert payment_of(message).payment_date == earlier


async def test_overpayment_is_told_in_full(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "12000")

    (message,) = await polling.poll()

    assert payment_of(message).amount == Decimal(12000)


async def test_second_payment_on_a_paid_invoice_is_told(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "10000")
    await polling.poll()
    polling.pay(invoice, "300")

    told = await polling.poll()

    assert [payment_of(one).amount for one in told] == [300]


async def test_bounced_payment_is_told_as_the_reversal_of_that_payment(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    voucher = polling.pay(invoice, "10000")
    (paid,) = await polling.poll()
    polling.world.reverse(polling.company.id, voucher)

    (reversal,) = await polling.poll()

    assert names([reversal]) == ["payments.reversed"]
    assert payment_of(reversal).reverses == payment_of(paid).payment_reference
    assert payment_of(reversal).amount == Decimal(10000)


async def test_reopened_invoice_is_not_handed_over_again(polling: PollDesk) -> None:
    invoice = polling.invoice()
    await polling.poll()
    voucher = polling.pay(invoice, "10000")
    polling.world.reverse(polling.company.id, voucher)

    await polling.poll()

    assert names(polling.told).count("invoices.overdue") == 1


async def test_money_over_the_clearing_account_is_the_agencys(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    await polling.settle(invoice.id, "4000")

    (message,) = await polling.poll()

    assert payment_of(message).received_by is ReceivedBy.AGENCY


async def test_refund_of_part_of_a_payment_becomes_a_task(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.pay(invoice, "12000")
    await polling.poll()
    polling.world.refund(polling.company.id, invoice.id, Decimal(2000))

    told = await polling.poll()

    assert told == []
    assert [one.kind for one in await list_tasks(polling.store)] == ["unpaired-reversal"]


async def test_write_off_becomes_a_task_and_no_payment(polling: PollDesk) -> None:
    invoice = polling.invoice("10000")
    await polling.poll()
    polling.world.write_off(polling.company.id, invoice.id)

    told = await polling.poll()

    assert told == []
    (task,) = await list_tasks(polling.store)
    assert (task.kind, task.amount) in {
        ("write-off", Decimal(10000)),
        ("unexplained-balance", Decimal(10000)),
    }


async def test_invoice_that_may_not_go_is_kept_with_its_reasons(polling: PollDesk) -> None:
    order = CustomerOrder("Uten adresse", is_private_individual=True, address_line1="")
    customer = polling.world.add_customer(polling.company.id, order)
    invoice = polling.invoice(customer=customer.id)

    told = await polling.poll()

    kept = await watched.watched(polling.store, "fjord", [invoice.id])
    assert told == []
    assert [one["why"] for one in kept[invoice.id].reasons] == ["MISSING_ADDRESS"]


async def test_invoice_put_right_is_handed_over_the_next_day(polling: PollDesk) -> None:
    bad = CustomerOrder("Kari Nordmann", is_private_individual=True, address_line1="")
    customer = polling.world.add_customer(polling.company.id, bad)
    polling.invoice(customer=customer.id)
    await polling.poll()
    good = replace(bad, address_line1="Storgata 2")
    polling.world.edit_customer(polling.company.id, customer.id, good)
    polling.next_day()

    told = await polling.poll()

    assert names(told) == ["invoices.overdue"]


async def test_held_invoice_waits_until_it_is_released(polling: PollDesk) -> None:
    invoice = polling.invoice("10000", due=FIRST_DAY - timedelta(days=14))
    await polling.poll()
    await polling.watch(invoice.id)
    hold = watched.hold("fjord", invoice.id, reason="disputed", today=FIRST_DAY)
    await polling.store.commit([hold])
    polling.next_day()
    held = await polling.poll()
    await polling.store.commit([watched.release("fjord", invoice.id, today=FIRST_DAY)])

    released = await polling.poll()

    assert held == []
    assert names(released) == ["invoices.overdue"]


async def test_paused_client_hands_over_nothing_but_still_tells_payments(
    polling: PollDesk,
) -> None:
    invoice = polling.invoice()
    await polling.poll()
    await polling.set_client(replace(polling.client, state=ClientState.PAUSED))
    polling.invoice()
    polling.pay(invoice, "10000")

    told = await polling.poll()

    assert names(told) == ["payments.received"]


async def test_unconfirmed_client_is_not_read(polling: PollDesk) -> None:
    await polling.set_client(replace(polling.client, state=ClientState.ADDED))
    polling.invoice()

    told = await polling.poll()

    assert told == []
    assert not polling.transport.calls


async def test_invoice_due_before_the_start_date_is_left_alone(polling: PollDesk) -> None:
    await polling.set_client(replace(polling.client, start_date=DUE + timedelta(days=1)))
    polling.invoice()

    assert await polling.poll() == []
