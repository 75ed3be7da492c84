from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.payment_reconciler.origins import decide_payment, decide_reversal
from shared.faults import Invalid, NotYet
from shared.messages.ids import InvoiceId
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.store.payments import DecidedPayment, Decision
from tests.harness.settlement_makers import CLIENT, NOON, kroner


def payment(reference: str = "tt:4711:posting:1", **given: Any) -> Payment:
    values: dict[str, Any] = {
        "client_id": CLIENT,
        "claim_reference": "tt:4711:inv:900123",
        "invoice_id": InvoiceId(900123),
        "payment_reference": reference,
        "amount": kroner(1000),
        "currency": "NOK",
        "payment_date": date(2026, 9, 10),
        "received_by": ReceivedBy.CREDITOR,
        "origin": PaymentOrigin.TRIPLETEX,
        "observed_at": NOON,
    }
    return Payment(**values | given)


def external(reference: str = "shop:1", **given: Any) -> Payment:
    return payment(reference, origin=PaymentOrigin.EXTERNAL, **given)


def decided(of: Payment, known: list[DecidedPayment] | None = None) -> DecidedPayment:
    return decide_payment(of, known or [], now=NOON)


def taken_back(of: Payment, known: list[DecidedPayment]) -> DecidedPayment:
    found = decide_reversal(of, known, now=NOON)
    assert isinstance(found, DecidedPayment)
    return found


def test_money_the_creditor_received_is_told() -> None:
    found = decided(payment())

    assert (found.decision, found.reported_as) == (Decision.FORWARDED, "tt:4711:posting:1")


def test_the_collectors_money_is_never_told_back() -> None:
    found = decided(payment(received_by=ReceivedBy.AGENCY))

    assert (found.decision, found.reported_as) == (Decision.AGENCY, None)


@pytest.mark.parametrize("days", [0, 3])
def test_a_bank_posting_is_the_money_another_system_told_of(days: int) -> None:
    earlier = decided(external())

    found = decided(payment(payment_date=date(2026, 9, 10 + days)), [earlier])

    assert (found.decision, found.reported_as) == (Decision.KNOWN, "shop:1")


def test_another_system_that_comes_second_is_known_too() -> None:
    found = decided(external(), [decided(payment())])

    assert (found.decision, found.reported_as) == (Decision.KNOWN, "tt:4711:posting:1")


@pytest.mark.parametrize(
    "given",
    [{"amount": kroner("1000.01")}, {"payment_date": date(2026, 9, 14)}],
)
def test_other_money_is_told_as_well(given: dict[str, Any]) -> None:
    assert decided(payment(**given), [decided(external())]).decision is Decision.FORWARDED


def test_two_equal_bank_postings_are_two_payments() -> None:
    found = decided(payment("tt:4711:posting:2"), [decided(payment())])

    assert found.decision is Decision.FORWARDED


def test_what_another_system_told_of_stands_for_one_posting_only() -> None:
    told = decided(external())
    first = decided(payment(), [told])

    second = decided(payment("tt:4711:posting:2"), [told, first])

    assert second.decision is Decision.FORWARDED


def test_a_reversal_of_told_money_is_told() -> None:
    back = payment("tt:4711:posting:9", reverses="tt:4711:posting:1")

    found = taken_back(back, [decided(payment())])

    assert (found.decision, found.reported_as) == (Decision.FORWARDED, "tt:4711:posting:1")


def test_a_reversal_names_the_reference_that_ecpay_knows() -> None:
    told = decided(external())
    known = decided(payment(), [told])

    found = taken_back(payment("p:9", reverses="tt:4711:posting:1"), [told, known])

    assert (found.decision, found.reported_as) == (Decision.FORWARDED, "shop:1")


def test_the_same_money_is_taken_back_once() -> None:
    told = decided(external())
    known = decided(payment(), [told])
    first = taken_back(payment("p:9", reverses="tt:4711:posting:1"), [told, known])

    second = taken_back(external("shop:9", reverses="shop:1"), [told, known, first])

    assert second.decision is Decision.RECORDED


def test_a_reversal_of_the_collectors_money_is_recorded_only() -> None:
    ours = decided(payment(received_by=ReceivedBy.AGENCY))

    found = taken_back(payment("p:9", reverses="tt:4711:posting:1"), [ours])

    assert found.decision is Decision.RECORDED


def test_a_reversal_of_the_collectors_own_is_never_told_back() -> None:
    found = taken_back(payment("p:9", received_by=ReceivedBy.AGENCY), [])

    assert found.decision is Decision.AGENCY


def test_a_reversal_waits_for_the_payment_it_takes_back() -> None:
    found = decide_reversal(payment("p:9", reverses="tt:4711:posting:1"), [], now=NOON)

    assert isinstance(found, NotYet)


def test_a_reversal_that_names_no_payment_is_refused() -> None:
    assert isinstance(decide_reversal(payment(), [], now=NOON), Invalid)
