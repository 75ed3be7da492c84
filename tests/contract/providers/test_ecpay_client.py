"""Our client of ECPay against the stand-in, over the network: the whole life of a claim."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr

from services.sandbox.ecpay.world import DEFAULT_CLIENT
from shared.clock import SystemClock
from shared.faults import Outage
from shared.providers.ecpay.client import Creditor, Ecpay, open_ecpay
from shared.providers.ecpay.requests import (
    AcknowledgementCreate,
    ActionType,
    ClaimAction,
    ClaimCreate,
    CreditCreate,
    PaymentCreate,
    PaymentReversalCreate,
    ReversalReason,
)
from tests.harness.ecpay_sandbox import CLIENT_ID, HANDED_OVER, REFERENCE, EcpayApi, claim


@pytest.fixture
async def ecpay(ecpay_api: EcpayApi) -> AsyncIterator[Ecpay]:
    opened = open_ecpay(
        ecpay_api.sandbox.ecpay_url,
        client_id=DEFAULT_CLIENT.client_id,
        client_secret=SecretStr(DEFAULT_CLIENT.secret),
        clock=SystemClock(),
    )
    yield opened
    await opened.close()


@pytest.fixture
async def creditor(ecpay: Ecpay) -> Creditor:
    """Hand one claim over and return its agreement."""
    agreement = ecpay.creditor(CLIENT_ID)
    document = {name: told for name, told in claim().items() if name != "creditorBankAccount"}
    (result,) = await agreement.create_claims([ClaimCreate.model_validate(document)], key="h1")
    assert result.status == 201
    return agreement


def payment(number: int = 1, amount: str = "4000.00") -> PaymentCreate:
    return PaymentCreate(
        payment_reference=f"tt:4711:posting:{number}",
        claim_reference=REFERENCE,
        amount=Decimal(amount),
        currency="NOK",
        payment_date=HANDED_OVER,
    )


async def test_a_claim_is_found_read_and_acted_on(creditor: Creditor) -> None:
    found = await creditor.find_claim(REFERENCE)
    assert found is not None

    receipt = await creditor.act(
        found.claim_id,
        ClaimAction(type=ActionType.PAUSE, until=date(2026, 9, 30)),
        key="a1",
        if_match=found.version,
    )

    assert receipt.claim_status == "PAUSED"
    assert (await creditor.claim(found.claim_id)).status == "PAUSED"


async def test_a_payment_is_reported_and_taken_back(creditor: Creditor) -> None:
    (paid,) = await creditor.report_payments([payment()], key="p1")
    back = await creditor.reverse_payment(
        payment().payment_reference,
        PaymentReversalCreate(date=HANDED_OVER, reason=ReversalReason.OTHER),
        key="r1",
    )

    assert paid.payment is not None
    assert paid.payment.remaining_principal == Decimal("6000.00")
    assert back.remaining_principal == Decimal("10000.00")


async def test_a_claim_is_credited_in_full(creditor: Creditor) -> None:
    credit = CreditCreate(
        credit_reference="tt:4711:credit:900555",
        claim_reference=REFERENCE,
        credit_note_number="10107",
        date=HANDED_OVER,
        amount=Decimal("10000.00"),
        currency="NOK",
    )

    answer = await creditor.credit(credit, key="c1")

    assert (answer.credited_principal, answer.claim_status) == (Decimal("10000.00"), "CLOSED")


async def test_feeds_are_followed_to_their_end(creditor: Creditor) -> None:
    first = await creditor.events(None, 1)
    rest = await creditor.events(first.next_cursor)
    nothing = await creditor.events(rest.next_cursor)

    assert first.items[0].sequence == 1
    assert (nothing.items, nothing.has_more) == ((), False)


async def test_a_settlement_is_read_checked_fetched_and_acknowledged(
    creditor: Creditor, ecpay_api: EcpayApi
) -> None:
    await ecpay_api.settle_one()
    (header,) = (await creditor.settlements(None)).items

    settlement = await creditor.settlement(header.settlement_id)
    statement = await creditor.statement(header.settlement_id)
    booked = AcknowledgementCreate(
        status="BOOKED",
        external_voucher_reference="ECPAY-1",
        booked_at=settlement.created_at,
    )
    twice = [await creditor.acknowledge(header.settlement_id, booked) for _ in range(2)]

    assert settlement.checksum_holds
    assert len(settlement.lines) == settlement.line_count
    assert statement is None or statement.startswith(b"%PDF")
    assert twice[0] == twice[1]


async def test_wrong_credentials_stop_everybody(ecpay_api: EcpayApi) -> None:
    wrong = open_ecpay(
        ecpay_api.sandbox.ecpay_url,
        client_id=DEFAULT_CLIENT.client_id,
        client_secret=SecretStr("wrong"),
        clock=SystemClock(),
    )

    with pytest.raises(Outage) as caught:
        await wrong.creditor(CLIENT_ID).agreement()
    await wrong.close()

    assert caught.value.code == "CREDENTIALS"


async def test_an_agreement_of_somebody_else_stops_one_client(ecpay: Ecpay) -> None:
    with pytest.raises(Outage) as caught:
        await ecpay.creditor("somebody-else", client_id="acme").agreement()

    assert caught.value.client_id == "acme"
