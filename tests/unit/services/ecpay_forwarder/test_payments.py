"""Reporting payments and taking them back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from shared.faults import NotYet, Transient
from shared.messages.payments import ReceivedBy
from shared.pipeline.outcomes import Done, Retry
from shared.store.clients import ClientState, client, save
from shared.store.reported import PaymentState, ReportedPayment, find_payments
from tests.harness.ecpay_fake import lost, once
from tests.harness.forwarding import (
    Forwarding,
    credited,
    dead,
    direct,
    direct_reversed,
    done,
    overdue,
)

PAID = "tt:4711:posting:7"


@pytest.fixture
async def registered(forwarding: Forwarding) -> Forwarding:
    await forwarding.settle(overdue())
    return forwarding


async def row(forwarding: Forwarding, reference: str = PAID) -> ReportedPayment:
    return (await find_payments(forwarding.store, "acme", {reference}))[reference]


def reported(forwarding: Forwarding) -> int:
    return len(forwarding.office.fake.calls("/payments/batch"))


async def test_a_payment_is_reported_with_what_it_did(registered: Forwarding) -> None:
    (outcome,) = await registered.settle(direct())

    assert done(outcome).messages == ()
    kept = await row(registered)
    assert (kept.state, kept.applied) == (PaymentState.REPORTED, Decimal("4000.00"))
    assert await registered.tasks() == []


async def test_the_second_delivery_reports_nothing(registered: Forwarding) -> None:
    await registered.settle(direct())

    (outcome,) = await registered.settle(direct())

    assert outcome == Done()
    assert reported(registered) == 1


async def test_a_crash_and_two_workers_report_a_payment_once(registered: Forwarding) -> None:
    await registered.handle(direct())

    await asyncio.gather(*(registered.settle(direct()) for _ in range(2)))

    assert len(registered.office.fake.payments) == 1
    assert (await row(registered)).state is PaymentState.REPORTED


async def test_a_lost_answer_reports_a_payment_once(registered: Forwarding) -> None:
    fake = registered.office.fake
    fake.misdeeds.append(partial(lost, fake=fake, ending="/payments/batch"))

    (first,) = await registered.settle(direct())
    outcomes = await registered.settle(direct(), direct(8))

    assert isinstance(first, Retry)
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert len(fake.payments) == 2


async def test_a_surplus_is_a_task_with_the_amount(registered: Forwarding) -> None:
    await registered.settle(direct(amount=Decimal("10500.00")))

    (task,) = await registered.tasks()
    assert (task.kind, task.amount) == ("payment-surplus", Decimal("500.00"))
    assert (await row(registered)).unapplied == Decimal("500.00")


async def test_a_payment_waits_for_its_claim(forwarding: Forwarding) -> None:
    (outcome,) = await forwarding.settle(direct())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, NotYet)
    assert forwarding.office.fake.requests == []


async def test_what_comes_before_its_claim_waits_for_a_paused_client_day_by_day(
    forwarding: Forwarding,
) -> None:
    known = await client(forwarding.store, "acme")
    await forwarding.store.commit([save(replace(known, state=ClientState.PAUSED))])

    outcomes = await forwarding.settle(direct(), direct_reversed(), credited())
    forwarding.clock.advance(timedelta(days=1))

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert len(await forwarding.due()) == 3


async def test_a_payment_on_a_rejected_claim_is_not_reported(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals["tt:4711:inv:1"] = "MISSING_ADDRESS"
    await forwarding.settle(overdue())

    (outcome,) = await forwarding.settle(direct())

    assert isinstance(outcome, Done)
    assert (await row(forwarding)).state is PaymentState.NOT_REPORTED
    assert reported(forwarding) == 0


async def test_a_payment_on_a_claim_that_waits_comes_again_tomorrow(
    forwarding: Forwarding,
) -> None:
    forwarding.office.fake.refusals["tt:4711:inv:1"] = "NOT_OVERDUE_ENOUGH"
    await forwarding.settle(overdue())

    await forwarding.settle(direct())
    forwarding.clock.advance(timedelta(days=1))

    subjects = {message.subject for message in await forwarding.due()}
    assert PAID in subjects


async def test_money_of_the_collector_is_never_reported(registered: Forwarding) -> None:
    outcomes = await registered.settle(
        direct(received_by=ReceivedBy.AGENCY),
        direct_reversed(9, received_by=ReceivedBy.AGENCY),
    )

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert reported(registered) == 0
    assert registered.office.fake.calls("/reversal") == []
    assert (await row(registered)).code == "AGENCY_MONEY"


async def test_a_payment_on_a_closed_case_is_a_task_and_not_dead(registered: Forwarding) -> None:
    registered.office.fake.refusals[PAID] = "CLAIM_CLOSED"

    refused, fine = await registered.settle(direct(), direct(8))

    assert isinstance(refused, Done)
    assert isinstance(fine, Done)
    (task,) = await registered.tasks()
    assert task.kind == "payment-refused"
    assert (await row(registered)).state is PaymentState.REFUSED


async def test_a_payment_dated_in_the_future_is_reported_on_its_day(
    registered: Forwarding,
) -> None:
    tomorrow = date(2026, 8, 19)

    await registered.settle(direct(payment_date=tomorrow))
    nothing_yet = reported(registered)
    registered.clock.advance(timedelta(days=1))
    await registered.settle(*await registered.due())

    assert nothing_yet == 0
    (sent,) = registered.office.fake.calls("/payments/batch")
    assert sent.body["items"][0]["paymentDate"] == "2026-08-19"


async def test_a_date_that_only_ecpay_finds_early_is_tried_again_under_a_new_key(
    registered: Forwarding,
) -> None:
    fake = registered.office.fake
    fake.refusals[PAID] = "DATE_IN_FUTURE"
    await registered.settle(direct())
    fake.refusals.clear()
    registered.clock.advance(timedelta(days=1))

    await registered.settle(*await registered.due())

    assert (await row(registered)).state is PaymentState.REPORTED
    assert len({sent.headers["idempotency-key"] for sent in fake.calls("/payments/batch")}) == 2


async def test_a_prepayment_is_reported_on_the_invoice_date(registered: Forwarding) -> None:
    await registered.settle(direct(payment_date=date(2026, 7, 1)))

    (sent,) = registered.office.fake.calls("/payments/batch")
    assert sent.body["items"][0]["paymentDate"] == "2026-07-20"


async def test_an_item_without_an_answer_is_tried_again(registered: Forwarding) -> None:
    registered.office.fake.misdeeds.append(once(200, "/payments/batch", json={"results": []}))

    (outcome,) = await registered.settle(direct())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, Transient)


async def test_a_reported_payment_is_taken_back_once(registered: Forwarding) -> None:
    await registered.settle(direct())

    await registered.settle(direct_reversed())
    (again,) = await registered.settle(direct_reversed())

    assert again == Done()
    assert len(registered.office.fake.calls("/reversal")) == 1
    assert (await row(registered)).state is PaymentState.REVERSED


async def test_a_lost_reversal_is_recognised_under_any_key(registered: Forwarding) -> None:
    fake = registered.office.fake
    await registered.settle(direct())
    await registered.handle(direct_reversed())
    registered.clock.advance(timedelta(days=1))

    (outcome,) = await registered.settle(direct_reversed())

    assert isinstance(outcome, Done)
    assert (await row(registered)).state is PaymentState.REVERSED
    assert len({sent.headers["idempotency-key"] for sent in fake.calls("/reversal")}) == 2
    assert await registered.tasks() == []


async def test_a_reversal_waits_for_its_payment(registered: Forwarding) -> None:
    (outcome,) = await registered.settle(direct_reversed())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, NotYet)


async def test_a_reversal_of_what_was_never_reported_is_done(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals["tt:4711:inv:1"] = "MISSING_ADDRESS"
    await forwarding.settle(overdue())
    await forwarding.settle(direct())

    known, unknown = await forwarding.settle(direct_reversed(), direct_reversed(10, of=99))

    assert (known, unknown) == (Done(), Done())


async def test_a_reversal_of_a_part_is_for_a_person(registered: Forwarding) -> None:
    await registered.settle(direct())

    await registered.settle(direct_reversed(amount=Decimal("100.00")))

    (task,) = await registered.tasks()
    assert task.kind == "reversal-refused"
    assert registered.office.fake.calls("/reversal") == []


@pytest.mark.parametrize("code", ["CLAIM_CLOSED", "PAYMENT_NOT_FOUND"])
async def test_a_refused_reversal_is_a_task(registered: Forwarding, code: str) -> None:
    await registered.settle(direct())
    registered.office.fake.refusals[PAID] = code

    (outcome,) = await registered.settle(direct_reversed())

    assert isinstance(outcome, Done)
    (task,) = await registered.tasks()
    assert task.detail["code"] == code


async def test_a_reversal_is_never_dated_before_its_payment(registered: Forwarding) -> None:
    await registered.settle(direct())

    await registered.settle(direct_reversed(payment_date=date(2026, 8, 1)))

    (sent,) = registered.office.fake.calls("/reversal")
    assert sent.body == {"date": "2026-08-17", "reason": "OTHER"}


async def test_a_reversal_that_names_no_payment_is_dead(registered: Forwarding) -> None:
    (outcome,) = await registered.settle(direct_reversed(reverses=None))

    assert dead(outcome).fault.code == "NO_ORIGINAL"


async def test_a_payment_and_its_reversal_in_one_batch_end_reversed(
    registered: Forwarding,
) -> None:
    paid, taken_back = await registered.settle(direct(), direct_reversed())
    (later,) = await registered.settle(direct_reversed())

    assert isinstance(paid, Done)
    assert isinstance(taken_back, Retry)
    assert isinstance(later, Done)
    assert (await row(registered)).state is PaymentState.REVERSED
