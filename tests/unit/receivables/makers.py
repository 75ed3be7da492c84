"""An invoice as Tripletex sends it, with nothing wrong, and ways to change it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.providers.tripletex.wire import Invoice
from shared.receivables.eligibility import Terms

TODAY = date(2026, 9, 1)
DUE = TODAY - timedelta(days=15)
TERMS = Terms(start_date=date(2026, 6, 1), days_overdue=14, minimum_amount=Decimal("100.00"))
VOUCHER = 900
ADDRESS = {
    "id": 1,
    "addressLine1": "Storgata 1",
    "addressLine2": "",
    "postalCode": "0155",
    "city": "Oslo",
    "country": {"id": 161, "isoAlpha2Code": "NO"},
}


def customer(**more: Any) -> dict[str, Any]:
    """Return a Norwegian company."""
    return {
        "id": 50,
        "name": "Skyldner AS",
        "customerNumber": 10001,
        "organizationNumber": "974760673",
        "isPrivateIndividual": False,
        "email": "",
        "postalAddress": ADDRESS,
        "physicalAddress": None,
    } | more


def posting(id_: int, amount: str, voucher: int = VOUCHER, **more: Any) -> dict[str, Any]:
    """Return a customer posting."""
    return {
        "id": id_,
        "date": "2026-08-20",
        "amount": Decimal(amount),
        "voucher": {"id": voucher},
    } | more


def invoice(**more: Any) -> Invoice:
    """Return an invoice of 10,000 kroner that may be handed over."""
    return Invoice.model_validate(
        {
            "id": 7,
            "invoiceNumber": 1042,
            "invoiceDate": "2026-08-03",
            "invoiceDueDate": DUE.isoformat(),
            "kid": "",
            "amount": Decimal(10000),
            "amountCurrency": Decimal(10000),
            "amountOutstanding": Decimal(10000),
            "amountCurrencyOutstanding": Decimal(10000),
            "currency": {"id": 1},
            "isCharged": True,
            "creditedInvoice": 0,
            "voucher": {"id": VOUCHER},
            "customer": customer(),
            "postings": [
                posting(1, "10000", type="OUTGOING_INVOICE_CUSTOMER_POSTING"),
            ],
        }
        | more
    )
