"""A claim, a payment and a credit as the forwarder keeps them, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from shared.store.claims import ClaimState, HandedOver
from shared.store.reported import CreditState, PaymentState, ReportedCredit, ReportedPayment

NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)
TODAY = date(2026, 8, 18)
CLAIM = HandedOver(
    client_id="acme",
    invoice_id=1,
    claim_reference="tt:4711:inv:1",
    state=ClaimState.REGISTERED,
    invoice_number="10042",
    invoice_date=date(2026, 7, 20),
    due_date=date(2026, 8, 3),
    original_amount=Decimal("10000.00"),
    outstanding_handed_over=Decimal("9000.05"),
    currency="NOK",
    updated_at=NOW,
    claim_id="clm_1",
    case_number="700001",
    entry_stage="NOTICE",
    registered_at=NOW,
)
PAYMENT = ReportedPayment(
    client_id="acme",
    payment_reference="p:1",
    claim_reference="c:1",
    state=PaymentState.REPORTED,
    amount=Decimal("100.00"),
    currency="NOK",
    payment_date=TODAY,
    updated_at=NOW,
    applied=Decimal("90.00"),
    unapplied=Decimal("10.00"),
)
CREDIT = ReportedCredit(
    client_id="acme",
    credit_reference="k:1",
    claim_reference="c:1",
    state=CreditState.REPORTED,
    amount=Decimal("100.00"),
    currency="NOK",
    credit_date=TODAY,
    updated_at=NOW,
    credited_principal=Decimal("100.00"),
)
