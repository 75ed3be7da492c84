"""A second look at an invoice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.ecpay_forwarder.rereading import as_of_now, is_stale
from shared.messages.invoices import Invoice
from shared.providers.tripletex import wire
from tests.harness.ecpay_office import MORNING
from tests.harness.forwarding import COMPANY, CUSTOMER, ISSUED, invoice

LATER = MORNING + timedelta(hours=2)


def posting(number: int, amount: str) -> dict[str, Any]:
    facts = {"id": number, "date": "2026-08-18", "amount": Decimal(amount)}
    return {**facts, "voucher": {"id": number + 1000}}


def fresh(outstanding: str, *postings: dict[str, Any], **more: Any) -> wire.Invoice:
    facts: dict[str, Any] = {
        "id": 1,
        "invoiceNumber": 10001,
        "invoiceDate": "2026-07-20",
        "invoiceDueDate": "2026-08-03",
        "amount": 10000,
        "amountOutstanding": Decimal(outstanding),
        "voucher": {"id": 100},
        "customer": CUSTOMER,
        "postings": [ISSUED, *postings],
    }
    return wire.Invoice.model_validate(facts | more)


def seen_now(seen: wire.Invoice, body: Invoice | None = None) -> Invoice:
    found = as_of_now(body or invoice(), seen, company_id=COMPANY, now=LATER)
    assert found is not None
    return found


@pytest.mark.parametrize(("minutes", "stale"), [(0, False), (60, False), (61, True)])
def test_an_observation_is_stale_after_an_hour(minutes: int, *, stale: bool) -> None:
    assert is_stale(invoice(), MORNING + timedelta(minutes=minutes)) is stale


def test_an_invoice_of_another_system_is_not_looked_for_in_tripletex() -> None:
    assert not is_stale(invoice(claim_reference="webshop:77"), LATER)


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
    assert as_of_now(invoice(), seen, company_id=COMPANY, now=LATER) is None


def test_an_invoice_is_taken_as_it_stands_now() -> None:
    found = seen_now(fresh("10000", invoiceDueDate="2026-08-10"))

    assert found.due_date == date(2026, 8, 10)
    assert found.debtor.address.line1 == "Nygata 2"
    assert found.observed_at == LATER


def test_a_payment_since_is_taken_off_and_named() -> None:
    found = seen_now(fresh("6000", posting(55, "-4000")))

    assert found.outstanding == Decimal("6000.00")
    assert [one.payment_reference for one in found.payments_before] == ["tt:4711:posting:55"]


def test_a_payment_that_was_taken_back_is_not_named() -> None:
    found = seen_now(fresh("9950", posting(55, "-100"), posting(56, "100"), posting(57, "-50")))

    assert [one.payment_reference for one in found.payments_before] == ["tt:4711:posting:57"]


def test_postings_that_explain_too_much_are_not_named() -> None:
    found = seen_now(fresh("9000", posting(55, "-4000")))

    assert found.outstanding == Decimal("9000.00")
    assert found.payments_before == ()


def test_what_was_removed_since_is_kept_from_the_first_look() -> None:
    found = seen_now(fresh("6000", posting(55, "-4000"), customer=None))

    assert found.debtor == invoice().debtor
    assert found.outstanding == Decimal("6000.00")
    assert len(found.payments_before) == 1


def test_a_foreign_invoice_is_read_in_its_own_currency() -> None:
    seen = fresh("11000", amountCurrencyOutstanding=Decimal(900))

    found = seen_now(seen, invoice(currency="EUR"))

    assert (found.currency, found.outstanding) == ("EUR", Decimal("900.00"))
