"""Comparing two live stand-ins: what agrees, and what every kind of difference is called."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.messages.ids import claim_reference
from shared.operations import clients
from shared.operations.reconciliation_report import Kind
from shared.providers.ecpay.requests import (
    Address,
    ClaimCreate,
    Debtor,
    EntryStage,
)
from shared.store.claims import ClaimState, HandedOver, save_claim
from shared.store.clients import BookingMode
from shared.store.clients import client as stored_client
from shared.store.tasks import open_task
from tests.harness.flow import Flow
from tests.harness.office import CLIENT_ID, ECPAY_ID, Office

DUE = date(2026, 8, 3)


@pytest.fixture
async def flow(office: Office) -> Flow:
    await clients.add(office.desk, office.answers())
    known = await stored_client(office.desk.store, CLIENT_ID)
    company = office.desk.tripletex.company(known, office.token)
    made = Flow(
        office,
        company,
        office.desk.ecpay.creditor(ECPAY_ID),
        office.owe("10000.00", DUE),
    )
    item = ClaimCreate(
        claim_reference=made.reference,
        invoice_number="1",
        invoice_date=DUE,
        due_date=DUE,
        description="Faktura 1",
        original_amount=Decimal("10000.00"),
        outstanding_principal=Decimal("10000.00"),
        currency="NOK",
        entry_stage=EntryStage.NOTICE,
        debtor=Debtor(
            type="COMPANY",
            name="Bygg AS",
            customer_number="1",
            organisation_number="310000035",
            address=Address(line1="Storgata 1", postal_code="0155", city="Oslo", country="NO"),
        ),
    )
    (result,) = await made.creditor.create_claims([item], key="claim-1")
    assert result.claim is not None
    await office.desk.store.commit([save_claim(_kept(made))])
    return made


def _kept(flow: Flow, reference: str | None = None, invoice_id: int | None = None) -> HandedOver:
    return HandedOver(
        client_id=CLIENT_ID,
        invoice_id=invoice_id or flow.invoice.id,
        claim_reference=reference or flow.reference,
        state=ClaimState.REGISTERED,
        invoice_number="1",
        invoice_date=DUE,
        due_date=DUE,
        original_amount=Decimal("10000.00"),
        outstanding_handed_over=Decimal("10000.00"),
        currency="NOK",
        updated_at=flow.office.desk.clock.now(),
        claim_id="clm",
        case_number="700001",
    )


async def test_both_agree_after_the_hand_over(flow: Flow) -> None:
    report = await flow.report()

    assert (report.agrees, report.exit_code) == (True, 0)
    assert report.total.tripletex_outstanding == Decimal("10000.00")
    assert report.total.ecpay_remaining == Decimal("10000.00")


async def test_what_ecpay_collected_is_not_a_difference(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")

    report = await flow.report()

    assert report.agrees
    total = report.total
    assert total.ecpay_remaining + total.collected_not_settled == Decimal("10000.00")
    assert total.collected_not_settled > 0


async def test_a_settlement_that_is_not_booked_is_a_difference(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()

    found = await flow.difference()

    assert (found.kind, found.settlement_number) == (Kind.SETTLEMENT_NOT_BOOKED, 1)
    assert found.amount.amount == settlement.totals.net_to_client
    assert "has not read it yet" in found.cause


async def test_both_agree_after_the_booking(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()

    await flow.book(settlement)

    report = await flow.report()
    assert report.differences == ()
    assert report.total.clearing_booked == report.total.settled_net == settlement.net_payout


async def test_a_payout_in_the_bank_is_told_apart(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()
    await flow.book(settlement)

    flow.office.sandbox.tripletex.payout(flow.office.company.id, settlement.net_payout)

    report = await flow.report()
    assert report.agrees
    assert report.total.paid_out == settlement.net_payout


async def test_a_payment_registered_twice_is_a_difference(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()
    await flow.book(settlement)

    await flow.pay_invoice("100.00")

    found = await flow.difference()
    assert (found.kind, found.amount.amount) == (Kind.OUTSTANDING, Decimal("-100.00"))
    assert found.invoice_number == "1"


async def test_a_voucher_posted_twice_is_a_difference(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    await flow.book(await flow.settle())

    await flow.post_residual(Decimal("-1.00"))

    assert (await flow.difference()).kind is Kind.BOOKED_TWICE


async def test_a_voucher_off_by_an_ore_is_a_difference(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()
    (line,) = settlement.lines

    await flow.pay_invoice(f"{line.allocation.principal}")
    await flow.post_residual(line.net_to_client - line.allocation.principal + Decimal("0.01"))
    await flow.acknowledge(settlement)

    found = await flow.difference()
    assert (found.kind, found.amount.amount) == (Kind.CLEARING, Decimal("0.01"))


async def test_a_payment_that_ecpay_was_told_is_not_a_difference(flow: Flow) -> None:
    await flow.receive("2500.00", told=True)

    report = await flow.report()

    assert report.differences == ()
    assert report.total.direct_payments == Decimal("2500.00")


async def test_a_payment_that_ecpay_was_not_told_is_a_difference(flow: Flow) -> None:
    await flow.receive("2500.00", told=False)

    found = await flow.difference()

    assert (found.kind, found.amount.amount) == (Kind.OUTSTANDING, Decimal("-2500.00"))
    assert "has not reached ECPay" in found.cause


async def test_a_credit_that_leaves_the_debtor_a_refund_is_not_a_difference(flow: Flow) -> None:
    await flow.receive("3000.00", told=True)
    await flow.credit("7000.00")

    report = await flow.report()

    assert report.differences == ()
    assert report.total.tripletex_outstanding == Decimal("0.00")


async def test_a_credit_that_ecpay_was_not_told_is_a_difference(flow: Flow) -> None:
    flow.office.sandbox.tripletex.credit(flow.office.company.id, flow.invoice.id)

    found = await flow.difference()

    assert (found.kind, found.amount.amount) == (Kind.OUTSTANDING, Decimal("-10000.00"))


async def test_money_beyond_the_claim_is_not_a_difference(flow: Flow) -> None:
    await flow.receive("10400.00", told=True)

    report = await flow.report()

    assert report.differences == ()
    assert report.total.overpaid == Decimal("400.00")


async def test_a_claim_that_ecpay_does_not_have_is_a_difference(flow: Flow) -> None:
    lost = claim_reference(flow.office.company.id, 1)
    await flow.office.desk.store.commit([save_claim(_kept(flow, lost, 1))])

    found = await flow.difference()

    assert (found.kind, found.amount.amount) == (Kind.NO_CLAIM, Decimal("10000.00"))


async def test_a_case_that_ecpay_gave_up_is_not_a_difference(flow: Flow) -> None:
    await flow.receive("1000.00", told=True)
    flow.office.sandbox.ecpay.close(flow.reference, "UNCOLLECTIBLE")

    report = await flow.report()

    assert report.differences == ()
    assert report.total.not_followed == Decimal("9000.00")


async def test_a_client_that_cannot_be_read_is_told_apart(flow: Flow) -> None:
    flow.office.sandbox.tripletex.revoke_token(flow.office.company.id)

    report = await flow.report()

    assert (report.agrees, report.exit_code) == (False, 6)
    assert report.clients[0].unreadable is not None


@pytest.mark.parametrize("ending", [":1", " 1", ""], ids=["credit", "refusal", "claim"])
async def test_a_difference_with_an_open_task_leads_to_it(flow: Flow, ending: str) -> None:
    await flow.receive("2500.00", told=False)
    now = flow.office.desk.clock.now()
    task = open_task(CLIENT_ID, "partial-credit", f"{flow.reference}{ending}", "x", "y", now=now)
    await flow.office.desk.store.commit([task])

    found = await flow.difference()

    assert found.act == "restanse task show 1"


async def test_a_draft_is_expected_in_the_ledger_once_it_is_posted(flow: Flow) -> None:
    flow.office.sandbox.ecpay.debtor_pays(flow.reference, "4000.00")
    settlement = await flow.settle()
    await flow.acknowledge(settlement)
    desk = flow.office.desk
    draft = clients.Answers(client_id=CLIENT_ID, booking=BookingMode.DRAFT)
    await clients.repeat(desk, draft)

    waiting = await flow.report()

    assert waiting.differences == ()
    assert waiting.total.settled_not_booked == settlement.totals.principal
    await flow.post_residual(settlement.net_payout)
    assert (await flow.difference()).kind is Kind.OUTSTANDING
