"""From canonical messages to ECPay's requests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.ecpay_forwarder.mapping import (
    claim_create,
    credit_create,
    entry_stage,
    payment_create,
    reversal_create,
)
from shared.faults import Invalid
from shared.messages.invoices import (
    Address,
    Debtor,
    DebtorType,
    EarlierPayment,
    Invoice,
    Notice,
    NoticeType,
)
from shared.providers.ecpay.requests import EntryStage
from tests.harness.ecpay_contract import contract
from tests.harness.forwarding import credit, invoice, payment, reversal

TODAY = date(2026, 8, 18)
STAGES = ("REMINDER", "NOTICE", "PAYMENT_DEMAND")


def notice(kind: NoticeType = NoticeType.REMINDER, **changes: Any) -> Notice:
    facts: dict[str, Any] = {
        "type": kind,
        "sent_date": date(2026, 8, 4),
        "deadline": date(2026, 8, 18),
        "fee": Decimal("38.00"),
        "interest": Decimal("0.00"),
    }
    return Notice(**facts | changes)


def varsel(sent: date, deadline: date | None) -> Notice:
    return notice(NoticeType.NOTICE_OF_DEBT_COLLECTION, sent_date=sent, deadline=deadline)


def debtor(**changes: Any) -> Debtor:
    return Debtor.model_validate(invoice().debtor.model_dump() | changes)


def sent(body: Invoice) -> dict[str, Any]:
    document = claim_create(body, STAGES, TODAY).body()
    contract().check(document, {"$ref": "#/components/schemas/ClaimCreate"}, "a hand-over")
    return document


def test_a_plain_invoice_says_what_the_contract_requires_and_no_null() -> None:
    document = sent(invoice())

    assert document["claimReference"] == "tt:4711:inv:1"
    assert document["originalAmount"] == "10000.00"
    assert document["entryStage"] == "NOTICE"
    assert "paymentsBefore" not in document
    assert None not in document.values()


def test_everything_that_is_known_is_handed_over() -> None:
    full = invoice(
        delivery_date=date(2026, 7, 18),
        outstanding=Decimal("9000.00"),
        notices=(notice(interest=Decimal("50.00")), varsel(date(2026, 8, 4), TODAY)),
        payments_before=(
            EarlierPayment(
                payment_reference="tt:4711:posting:3",
                payment_date=date(2026, 8, 1),
                amount=Decimal("1000.00"),
            ),
        ),
        debtor=Debtor(
            type=DebtorType.COMPANY,
            name="Fjellheim Bygg AS",
            customer_number="20080",
            organisation_number="310000043",
            address=Address(
                line1="Industriveien 5", postal_code="6770", city="Nordfjordeid", country="NO"
            ),
            email="post@example.invalid",
            phone="+47 999 99 999",
            language="NB",
        ),
    )

    document = sent(full)

    assert [fee["type"] for fee in document["feesAlreadyClaimed"]] == ["REMINDER", "NOTICE"]
    assert document["interestAlreadyClaimed"] == {
        "amount": "50.00",
        "from": "2026-08-03",
        "to": "2026-08-04",
        "rate": "12.25",
    }
    assert len(document["noticeHistory"]) == 2
    assert document["debtor"]["organisationNumber"] == "310000043"
    assert document["debtor"]["language"] == "nb"


@pytest.mark.parametrize(
    ("notices", "offered", "stage"),
    [
        ((), STAGES, EntryStage.NOTICE),
        ((varsel(date(2026, 8, 4), date(2026, 8, 18)),), STAGES, EntryStage.NOTICE),
        ((varsel(date(2026, 8, 3), date(2026, 8, 17)),), STAGES, EntryStage.PAYMENT_DEMAND),
        ((varsel(date(2026, 8, 4), date(2026, 8, 17)),), STAGES, EntryStage.NOTICE),
        ((varsel(date(2026, 8, 3), None),), STAGES, EntryStage.NOTICE),
        ((varsel(date(2026, 8, 3), date(2026, 8, 17)),), ("NOTICE",), EntryStage.NOTICE),
        ((notice(deadline=date(2026, 8, 17)),), STAGES, EntryStage.NOTICE),
    ],
    ids=[
        "no letter",
        "runs out today",
        "ran out yesterday",
        "a day too short",
        "no deadline",
        "not offered",
        "only a reminder",
    ],
)
def test_the_case_begins_with_a_demand_only_after_a_valid_notice_ran_out(
    notices: tuple[Notice, ...], offered: tuple[str, ...], stage: EntryStage
) -> None:
    assert entry_stage(notices, offered, TODAY) is stage


@pytest.mark.parametrize("kid", ["10042200774", "ABC", "1", "12-4", None])
def test_a_kid_that_ecpay_would_refuse_is_left_out(kid: str | None) -> None:
    assert "kid" not in sent(invoice(kid=kid))


def test_contact_data_that_is_none_is_left_out() -> None:
    document = sent(invoice(debtor=debtor(email="a@b;c@d", phone="ring!", language="norsk")))

    assert {"email", "phone", "language"}.isdisjoint(document["debtor"])


def test_interest_at_a_rate_we_do_not_know_is_left_for_ecpay_to_count() -> None:
    late = notice(sent_date=date(2027, 1, 4), interest=Decimal("50.00"), deadline=None)

    assert "interestAlreadyClaimed" not in sent(invoice(notices=(late,)))


def test_a_letter_without_a_deadline_brings_no_fee_and_no_notice() -> None:
    document = sent(invoice(notices=(varsel(date(2026, 8, 4), None), notice(deadline=None))))

    assert "feesAlreadyClaimed" not in document
    assert [letter["type"] for letter in document["noticeHistory"]] == ["REMINDER"]


def test_the_latest_of_many_payments_and_letters_are_sent() -> None:
    first = date(2026, 1, 1)
    payments = tuple(
        EarlierPayment(
            payment_reference=f"p:{day}",
            payment_date=first + timedelta(days=day),
            amount=Decimal("1.00"),
        )
        for day in range(130)
    )
    body = invoice(
        outstanding=Decimal("5000.00"), payments_before=payments, notices=(notice(),) * 25
    )

    document = sent(body)

    assert len(document["paymentsBefore"]) == 100
    assert document["paymentsBefore"][-1]["paymentReference"] == "p:129"
    assert len(document["feesAlreadyClaimed"]) == 10
    assert len(document["noticeHistory"]) == 20


def test_what_ecpay_has_no_room_for_names_the_field() -> None:
    with pytest.raises(Invalid) as caught:
        claim_create(invoice(claim_reference=":1"), STAGES, TODAY)

    assert caught.value.field == "claim_reference"


def test_a_payment_is_reported_as_the_contract_says() -> None:
    document = payment_create(payment(), date(2026, 7, 20)).body()

    contract().check(document, {"$ref": "#/components/schemas/PaymentCreate"}, "a payment")
    assert document["receivedBy"] == "CLIENT"
    assert "note" not in document


def test_a_reversal_is_reported_as_the_contract_says() -> None:
    document = reversal_create(reversal(), date(2026, 8, 17)).body()

    schema = {"$ref": "#/components/schemas/PaymentReversalCreate"}
    contract().check(document, schema, "a reversal")
    assert document["date"] == "2026-08-18"


def test_a_credit_is_reported_as_the_contract_says() -> None:
    document = credit_create(credit()).body()

    contract().check(document, {"$ref": "#/components/schemas/CreditCreate"}, "a credit")
    assert document["scope"] == "FULL"
