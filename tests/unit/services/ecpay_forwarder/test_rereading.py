"""A second look at an invoice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.ecpay_forwarder.rereading import as_of_now, is_stale
from shared.messages.invoices import Invoice
from shared.providers.tripletex import wire
from tests.harness.ecpay_office import MORNING
from tests.harness.forwarding import COMPANY, invoice

ISSUED = {"id": 50, "date": "2026-07-20", "amount": 10000, "voucher": {"id": 100}}


def posting(number: int, amount: str, **more: Any) -> dict[str, Any]:
    facts = {"id": number, "date": "2026-08-18", "amount": Decimal(amount)}
    return {**facts, "voucher": {"id": number + 1000}, **more}


def fresh(outstanding: str, *postings: dict[str, Any], **more: Any) -> wire.Invoice:
    facts: dict[str, Any] = {"id": 1, "amount": 10000, "voucher": {"id": 100}}
    facts |= {"amountOutstanding": Decimal(outstanding), "postings": [ISSUED, *postings]}
    return wire.Invoice.model_validate(facts | more)


def now(seen: wire.Invoice) -> Invoice:
    found = as_of_now(invoice(), seen, COMPANY)
    assert found is not None
    return found


@pytest.mark.parametrize(("minutes", "stale"), [(0, False), (60, False), (61, True)])
def test_an_observation_is_stale_after_an_hour(minutes: int, *, stale: bool) -> None:
    assert is_stale(invoice(), MORNING + timedelta(minutes=minutes)) is stale


@pytest.mark.parametrize(
    "seen",
    [
        fresh("0"),
        fresh("-100"),
        fresh("10000", isCredited=True),
        fresh("10000", isCreditNote=True),
    ],
    ids=["paid", "overpaid", "credited", "a credit note"],
)
def test_nothing_is_collected_on_what_is_not_owed(seen: wire.Invoice) -> None:
    assert as_of_now(invoice(), seen, COMPANY) is None


def test_an_unchanged_invoice_stays_as_it_was() -> None:
    assert now(fresh("10000")) == invoice()


def test_a_moved_due_date_is_taken_over() -> None:
    assert now(fresh("10000", invoiceDueDate="2026-08-10")).due_date.isoformat() == "2026-08-10"


def test_a_payment_since_is_taken_off_and_named() -> None:
    found = now(fresh("6000", posting(55, "-4000")))

    assert found.outstanding == Decimal("6000.00")
    assert [one.payment_reference for one in found.payments_before] == ["tt:4711:posting:55"]


def test_a_payment_that_was_taken_back_is_not_named() -> None:
    found = now(fresh("9950", posting(55, "-100"), posting(56, "100"), posting(57, "-50")))

    assert [one.payment_reference for one in found.payments_before] == ["tt:4711:posting:57"]


def test_postings_that_explain_too_much_are_not_named() -> None:
    found = now(fresh("9000", posting(55, "-4000")))

    assert found.outstanding == Decimal("9000.00")
    assert found.payments_before == ()


def test_a_foreign_invoice_is_read_in_its_own_currency() -> None:
    seen = fresh("11000", amountCurrencyOutstanding=Decimal(900))

    found = as_of_now(invoice(currency="EUR"), seen, COMPANY)

    assert found is not None
    assert found.outstanding == Decimal("900.00")
