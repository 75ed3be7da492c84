"""Handing invoices over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from shared.faults import Invalid, Outage, Transient
from shared.messages.catalog import INVOICE_REGISTERED, INVOICE_REJECTED
from shared.messages.invoices import EarlierPayment
from shared.pipeline.outcomes import Done, Retry
from shared.store.claims import ClaimState, HandedOver, claims_of, find_claims
from shared.store.clients import ClientState, client, save
from shared.store.reported import PaymentState, find_payments
from tests.harness.ecpay_fake import lost, once
from tests.harness.forwarding import Forwarding, dead, direct, done, overdue

REFERENCE = "tt:4711:inv:1"
HOUR = timedelta(hours=1)


async def row(forwarding: Forwarding, reference: str = REFERENCE) -> HandedOver:
    return (await find_claims(forwarding.store, "acme", {reference}))[reference]


async def test_an_overdue_invoice_becomes_a_claim_with_a_case_number(
    forwarding: Forwarding,
) -> None:
    (outcome,) = await forwarding.settle(overdue())

    (told,) = done(outcome).messages
    assert told.type == INVOICE_REGISTERED.name
    assert told.data.case_number == "700001"
    kept = await row(forwarding)
    assert kept.state is ClaimState.REGISTERED
    assert kept.claim_id == "clm_00000001"
    assert kept.outstanding_handed_over == Decimal("10000.00")


async def test_the_second_delivery_hands_nothing_over(forwarding: Forwarding) -> None:
    await forwarding.settle(overdue())

    (outcome,) = await forwarding.settle(overdue())

    assert outcome == Done()
    assert len(forwarding.office.fake.calls("/claims/batch")) == 1


async def test_a_crash_before_the_commit_leads_to_one_claim(forwarding: Forwarding) -> None:
    await forwarding.handle(overdue())

    (outcome,) = await forwarding.settle(overdue())

    assert len(done(outcome).messages) == 1
    assert len(forwarding.office.fake.claims) == 1
    first, second = forwarding.office.fake.calls("/claims/batch")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


async def test_two_workers_at_once_lead_to_one_claim(forwarding: Forwarding) -> None:
    outcomes = await asyncio.gather(*(forwarding.settle(overdue()) for _ in range(2)))

    assert all(isinstance(outcome, Done) for (outcome,) in outcomes)
    assert len(forwarding.office.fake.claims) == 1
    assert len(await claims_of(forwarding.store, "acme")) == 1


async def test_a_lost_answer_is_made_good_by_the_same_key(forwarding: Forwarding) -> None:
    fake = forwarding.office.fake
    fake.misdeeds.append(partial(lost, fake=fake, ending="/claims/batch"))

    (first,) = await forwarding.settle(overdue())
    (second,) = await forwarding.settle(overdue())

    assert isinstance(first, Retry)
    assert isinstance(first.fault, Transient)
    assert len(done(second).messages) == 1
    assert len(fake.claims) == 1


async def test_a_lost_answer_in_another_batch_is_made_good_by_the_reference(
    forwarding: Forwarding,
) -> None:
    fake = forwarding.office.fake
    fake.misdeeds.append(partial(lost, fake=fake, ending="/claims/batch"))
    await forwarding.settle(overdue(1))

    outcomes = await forwarding.settle(overdue(1), overdue(2))

    assert [len(done(outcome).messages) for outcome in outcomes] == [1, 1]
    assert len(fake.claims) == 2


async def test_a_claim_of_ours_with_other_content_is_taken_over(forwarding: Forwarding) -> None:
    await forwarding.handle(overdue())

    (outcome,) = await forwarding.settle(overdue(outstanding=Decimal("9000.00")))

    assert len(done(outcome).messages) == 1
    assert (await row(forwarding)).outstanding_handed_over == Decimal("10000.00")


async def test_a_claim_of_another_invoice_under_our_reference_is_for_a_person(
    forwarding: Forwarding,
) -> None:
    await forwarding.handle(overdue())

    (outcome,) = await forwarding.settle(overdue(invoice_number="777"))

    (told,) = done(outcome).messages
    assert told.type == INVOICE_REJECTED.name
    assert (await row(forwarding)).state is ClaimState.REJECTED
    assert len(await forwarding.tasks()) == 1


async def test_an_item_without_an_answer_is_looked_up(forwarding: Forwarding) -> None:
    await forwarding.handle(overdue(1))
    forwarding.office.fake.misdeeds.append(once(200, "/claims/batch", json={"results": []}))

    found, missing = await forwarding.settle(overdue(1), overdue(2))

    assert len(done(found).messages) == 1
    assert isinstance(missing, Retry)


async def test_a_mixed_batch_is_answered_message_by_message(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals["tt:4711:inv:2"] = "MISSING_ADDRESS"

    outcomes = await forwarding.settle(overdue(1), overdue(2), overdue(3))

    told = [done(outcome).messages[0].type for outcome in outcomes]
    registered, rejected = INVOICE_REGISTERED.name, INVOICE_REJECTED.name
    assert told == [registered, rejected, registered]
    (task,) = await forwarding.tasks()
    assert task.kind == "claim-refused"
    assert "postal address" in task.title
    assert task.amount == Decimal("10000.00")


async def test_more_than_two_hundred_go_in_batches(forwarding: Forwarding) -> None:
    outcomes = await forwarding.settle(*(overdue(number) for number in range(1, 451)))

    assert all(len(done(outcome).messages) == 1 for outcome in outcomes)
    sizes = [len(sent.body["items"]) for sent in forwarding.office.fake.calls("/claims/batch")]
    assert sizes == [200, 200, 50]


async def test_a_rejected_invoice_can_be_handed_over_again_under_a_new_key(
    forwarding: Forwarding,
) -> None:
    fake = forwarding.office.fake
    fake.refusals[REFERENCE] = "MISSING_ADDRESS"
    await forwarding.settle(overdue())
    del fake.refusals[REFERENCE]

    (outcome,) = await forwarding.settle(overdue())

    assert len(done(outcome).messages) == 1
    assert (await row(forwarding)).state is ClaimState.REGISTERED
    keys = {sent.headers["idempotency-key"] for sent in fake.calls("/claims/batch")}
    assert len(keys) == 2


async def test_a_second_refusal_is_a_task_of_its_own(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals[REFERENCE] = "MISSING_ADDRESS"

    await forwarding.settle(overdue())
    await forwarding.settle(overdue())

    assert len(await forwarding.tasks()) == 2


async def test_an_invoice_not_overdue_enough_comes_again_on_its_day(
    forwarding: Forwarding,
) -> None:
    fake = forwarding.office.fake
    fake.refusals[REFERENCE] = "NOT_OVERDUE_ENOUGH"
    fake.agreement["minimumDaysOverdue"] = 17

    (outcome,) = await forwarding.settle(overdue())
    forwarding.clock.advance(timedelta(days=1))
    before = await forwarding.due()
    forwarding.clock.advance(timedelta(days=1))
    (again,) = await forwarding.due()

    assert done(outcome).messages == ()
    assert (await row(forwarding)).state is ClaimState.WAITING
    assert before == []
    assert again.data.claim_reference == REFERENCE
    assert again.id != overdue().id
    assert await forwarding.tasks() == []


async def test_what_comes_again_is_read_again_and_registered(forwarding: Forwarding) -> None:
    fake = forwarding.office.fake
    fake.refusals[REFERENCE] = "NOT_OVERDUE_ENOUGH"
    await forwarding.settle(overdue())
    fake.refusals.clear()
    forwarding.books.now_owes(1, "10000")
    forwarding.clock.advance(timedelta(days=1))

    (outcome,) = await forwarding.settle(*await forwarding.due())

    assert len(done(outcome).messages) == 1
    assert (await row(forwarding)).state is ClaimState.REGISTERED


async def test_an_inactive_agreement_lets_invoices_wait_and_asks_a_person_once(
    forwarding: Forwarding,
) -> None:
    fake = forwarding.office.fake
    fake.refusals |= {f"tt:4711:inv:{number}": "AGREEMENT_INACTIVE" for number in (1, 2)}

    await forwarding.settle(overdue(1), overdue(2))
    forwarding.clock.advance(timedelta(days=1))

    assert len(await forwarding.due()) == 2
    (task,) = await forwarding.tasks()
    assert task.kind == "agreement-inactive"


@pytest.mark.parametrize("state", [ClientState.ADDED, ClientState.PAUSED])
async def test_nothing_is_handed_over_for_a_client_that_is_not_active(
    forwarding: Forwarding, state: ClientState
) -> None:
    known = await client(forwarding.store, "acme")
    await forwarding.store.commit([save(replace(known, state=state))])

    (outcome,) = await forwarding.handle(overdue())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, Outage)
    assert forwarding.office.fake.requests == []


async def test_a_fresh_observation_is_not_read_again(forwarding: Forwarding) -> None:
    forwarding.clock.advance(HOUR)

    await forwarding.settle(overdue())

    assert forwarding.books.reads == 0


async def test_an_old_observation_of_a_paid_invoice_opens_no_claim(
    forwarding: Forwarding,
) -> None:
    forwarding.books.now_owes(1, "0")
    forwarding.books.now_owes(2, "10000", isCredited=True)
    forwarding.clock.advance(2 * HOUR)

    outcomes = await forwarding.settle(overdue(1), overdue(2))

    assert [done(outcome).messages for outcome in outcomes] == [(), ()]
    assert forwarding.office.fake.calls("/claims/batch") == []
    assert {one.state for one in await claims_of(forwarding.store, "acme")} == {
        ClaimState.NOT_NEEDED
    }


async def test_old_observations_are_read_again_in_one_call(forwarding: Forwarding) -> None:
    for number in range(1, 51):
        forwarding.books.now_owes(number, "10000")
    forwarding.clock.advance(2 * HOUR)

    await forwarding.settle(*(overdue(number) for number in range(1, 51)))

    assert forwarding.books.reads == 1


async def test_an_old_observation_of_a_part_paid_invoice_claims_the_rest(
    forwarding: Forwarding,
) -> None:
    paid = {"id": 55, "date": "2026-08-18", "amount": -4000.0, "voucher": {"id": 200}}
    issued = {"id": 50, "date": "2026-07-20", "amount": 10000.0, "voucher": {"id": 100}}
    forwarding.books.now_owes(1, "6000", postings=[issued, paid])
    forwarding.clock.advance(2 * HOUR)

    await forwarding.settle(overdue())
    (later,) = await forwarding.settle(direct(55))

    (item,) = forwarding.office.fake.calls("/claims/batch")[0].body["items"]
    assert item["outstandingPrincipal"] == "6000.00"
    assert [one["paymentReference"] for one in item["paymentsBefore"]] == ["tt:4711:posting:55"]
    assert later == Done()
    assert forwarding.office.fake.calls("/payments/batch") == []


async def test_an_invoice_that_tripletex_does_not_know_any_more_is_for_a_person(
    forwarding: Forwarding,
) -> None:
    forwarding.clock.advance(2 * HOUR)

    (outcome,) = await forwarding.settle(overdue())

    assert done(outcome).messages[0].data.code == "NOT_IN_TRIPLETEX"
    assert len(await forwarding.tasks()) == 1


async def test_payments_before_the_hand_over_are_remembered(forwarding: Forwarding) -> None:
    before = EarlierPayment(
        payment_reference="tt:4711:posting:3",
        payment_date=date(2026, 8, 1),
        amount=Decimal("1000.00"),
    )

    await forwarding.settle(overdue(outstanding=Decimal("9000.00"), payments_before=(before,)))

    known = await find_payments(forwarding.store, "acme", {"tt:4711:posting:3"})
    assert known["tt:4711:posting:3"].state is PaymentState.BEFORE


@pytest.mark.parametrize("status", [500, 502])
async def test_a_failing_ecpay_is_tried_again_and_rejects_nothing(
    forwarding: Forwarding, status: int
) -> None:
    forwarding.office.fake.misdeeds.append(once(status, "/claims/batch", html="<html>no</html>"))

    outcomes = await forwarding.settle(overdue(1), overdue(2))

    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert await claims_of(forwarding.store, "acme") == ()


async def test_a_forbidden_agreement_holds_its_own_client_up_and_no_other(
    forwarding: Forwarding,
) -> None:
    known = await client(forwarding.store, "acme")
    other = replace(known, client_id="beta", ecpay_client_id="4712-ecpay")
    await forwarding.store.commit([save(other)])
    problem = forwarding.office.fake.problem("FORBIDDEN")
    forwarding.office.fake.misdeeds.append(once(403, "4711-ecpay/agreement", json=problem.body))

    held, free = await forwarding.settle(overdue(1), overdue(2, client_id="beta"))

    assert isinstance(held, Retry)
    assert isinstance(held.fault, Outage)
    assert held.fault.client_id == "acme"
    assert len(done(free).messages) == 1


async def test_a_message_of_an_unknown_client_is_dead_and_holds_up_no_other(
    forwarding: Forwarding,
) -> None:
    lone, fine = await forwarding.settle(overdue(1, client_id="nobody"), overdue(2))

    assert isinstance(dead(lone).fault, Invalid)
    assert len(done(fine).messages) == 1


async def test_a_fault_of_the_envelope_is_found_out_message_by_message(
    forwarding: Forwarding,
) -> None:
    fake = forwarding.office.fake
    problem = fake.problem("PAYLOAD_TOO_LARGE")
    fake.misdeeds.append(once(413, "/claims/batch", json=problem.body))

    outcomes = await forwarding.settle(overdue(1), overdue(2))

    assert [len(done(outcome).messages) for outcome in outcomes] == [1, 1]
    assert len(fake.calls("/claims/batch")) == 3


async def test_a_payment_kept_back_from_a_rejected_claim_is_known_once_it_is_listed(
    forwarding: Forwarding,
) -> None:
    fake, paid = forwarding.office.fake, "tt:4711:posting:7"
    fake.refusals[REFERENCE] = "MISSING_ADDRESS"
    await forwarding.settle(overdue())
    await forwarding.settle(direct())
    fake.refusals.clear()
    before = EarlierPayment(
        payment_reference=paid, payment_date=date(2026, 8, 17), amount=Decimal("4000.00")
    )

    await forwarding.settle(overdue(outstanding=Decimal("6000.00"), payments_before=(before,)))

    known = await find_payments(forwarding.store, "acme", {paid})
    assert known[paid].state is PaymentState.BEFORE
