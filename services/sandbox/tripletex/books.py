"""What a company's books show from outside: for reports and comparisons."""

from __future__ import annotations

from typing import Any

from services.sandbox.tripletex.amounts import Ore, as_kroner
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import Invoice, Posting, Voucher
from services.sandbox.tripletex.ledger import SALE_TYPE


def books(company: Company) -> dict[str, Any]:
    """Return balances, open invoices and vouchers; amounts are texts in kroner.

    Vouchers of invoices are left out: they say no more than the invoices.
    """
    return {
        "company": company.id,
        "name": company.name,
        "balances": {
            str(account.number): _kroner(account.balance)
            for account in company.accounts.values()
            if account.has_postings
        },
        "invoices": len(company.invoices),
        "outstanding": _kroner(sum(i.outstanding for i in company.invoices.values())),
        "open_invoices": [_invoice(i) for i in company.invoices.values() if i.outstanding],
        "vouchers": [_voucher(v) for v in company.vouchers.values() if not _is_sale(v)],
    }


def calls(company: Company) -> dict[str, Any]:
    """Return how often each path was called, and the total."""
    return {
        "company": company.id,
        "total": sum(company.calls.values()),
        "calls": {f"{method} {path}": n for (method, path), n in company.calls.items()},
    }


def _is_sale(voucher: Voucher) -> bool:
    return voucher.voucher_type is not None and voucher.voucher_type.name == SALE_TYPE


def _invoice(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "number": invoice.number,
        "customer": invoice.customer.id,
        "invoice_date": invoice.invoice_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "amount": _kroner(invoice.amount),
        "outstanding": _kroner(invoice.outstanding),
        "is_credit_note": invoice.original is not None,
        "is_credited": invoice.is_credited,
        "reminders": len(invoice.reminders),
    }


def _voucher(voucher: Voucher) -> dict[str, Any]:
    return {
        "id": voucher.id,
        "number": voucher.number,
        "date": voucher.date.isoformat(),
        "description": voucher.description,
        "external_number": voucher.external_number,
        "type": voucher.voucher_type.name if voucher.voucher_type else None,
        "reverses": voucher.reverse_of.id if voucher.reverse_of else None,
        "attachments": len(voucher.attachment.pages) if voucher.attachment else 0,
        "postings": [_posting(posting) for posting in voucher.postings],
    }


def _posting(posting: Posting) -> dict[str, Any]:
    return {
        "row": posting.row,
        "account": posting.account.number,
        "amount": _kroner(posting.amount),
        "gross": _kroner(posting.gross),
        "vat_type": posting.vat_type.id,
        "customer": posting.customer.id if posting.customer else None,
        "invoice_number": posting.invoice_number,
    }


def _kroner(ore: Ore) -> str:
    return str(as_kroner(ore))
