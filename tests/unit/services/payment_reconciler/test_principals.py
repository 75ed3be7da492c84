from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.payment_reconciler.checks import Principal
from services.payment_reconciler.principals import Told, principal
from shared.store.payments import DecidedPayment, Decision
from shared.store.reported import CreditState, PaymentState, ReportedCredit, ReportedPayment
from shared.store.settlements import EarlierLine
from tests.harness.settlement_makers import CLIENT, NOON, kroner

CLAIM = "tt:4711:inv:1"
OWED = kroner(10000)
FORWARDED = DecidedPayment(
    client_id=CLIENT,
    payment_reference="p:1",
    claim_reference=CLAIM,
    invoice_id=1,
    amount=kroner(1000),
    payment_date=date(2026, 9, 10),
    received_by="CREDITOR",
    origin="TRIPLETEX",
    reverses=None,
    decision=Decision.FORWARDED,
    reported_as="p:1",
    observed_at=NOON,
    decided_at=NOON,
)
REPORTED = ReportedPayment(
    client_id=CLIENT,
    payment_reference="p:1",
    claim_reference=CLAIM,
    state=PaymentState.REPORTED,
    amount=kroner(1000),
    currency="NOK",
    payment_date=date(2026, 9, 10),
    updated_at=NOON,
    applied=kroner(900),
)
CREDITED = ReportedCredit(
    client_id=CLIENT,
    credit_reference="c:1",
    claim_reference=CLAIM,
    state=CreditState.REPORTED,
    amount=OWED,
    currency="NOK",
    credit_date=date(2026, 9, 10),
    updated_at=NOON,
    credited_principal=kroner(9100),
)


def test_nothing_told_leaves_what_was_handed_over() -> None:
    assert principal(CLAIM, OWED, Told(), []) == Principal(OWED)


def test_a_payment_counts_as_far_as_ecpay_applied_it() -> None:
    known = principal(CLAIM, OWED, Told(reported=[REPORTED], forwarded=[FORWARDED]), [])

    assert known.unlisted == kroner(900)


def test_a_payment_on_its_way_counts_in_full() -> None:
    assert principal(CLAIM, OWED, Told(forwarded=[FORWARDED]), []).unlisted == kroner(1000)


def test_a_credit_and_a_payment_add_up() -> None:
    known = principal(CLAIM, OWED, Told(reported=[REPORTED], credited=[CREDITED]), [])

    assert known.unlisted == OWED


def test_a_payment_that_was_listed_before_the_hand_over_does_not_count() -> None:
    before = replace(REPORTED, state=PaymentState.BEFORE)

    assert principal(CLAIM, OWED, Told(reported=[before]), []).unlisted == 0


def test_a_reversal_may_bring_principal_back() -> None:
    back = replace(FORWARDED, payment_reference="p:2", reverses="p:1")

    assert principal(CLAIM, OWED, Told(forwarded=[back]), []).restored == kroner(1000)


def test_earlier_lines_are_counted_down_and_use_up_what_was_told() -> None:
    line = EarlierLine("lin_1", CLAIM, "AGENCY", kroner(4000), kroner(5100))

    known = principal(CLAIM, OWED, Told(reported=[REPORTED]), [line])

    assert (known.remaining, known.unlisted) == (kroner(5100), kroner(0))


def test_other_claims_do_not_count() -> None:
    other = EarlierLine("lin_1", "tt:4711:inv:2", "AGENCY", kroner(4000), kroner(5100))

    assert principal(CLAIM, OWED, Told(), [other]) == Principal(OWED)
