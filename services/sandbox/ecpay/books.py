"""What ECPay's books say of one creditor: what a reconciliation compares ours with."""

from __future__ import annotations

from typing import Any

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.cover import money
from services.sandbox.ecpay.creditor import AgencyPayment, Creditor


def books_of(creditor: Creditor) -> dict[str, Any]:
    """Return claims, payments, credits and settlements of a creditor as figures."""
    return {
        "clientId": creditor.client_id,
        "today": creditor.office.today.isoformat(),
        "carriedForward": money(creditor.carried_forward),
        "unsettledLines": len(creditor.unsettled),
        "claims": [_claim(claim) for claim in creditor.claims.values()],
        "directPayments": [payment.view for payment in creditor.payments.values()],
        "agencyPayments": [_payment(payment) for payment in creditor.agency_payments.values()],
        "credits": [credit.view for credit in creditor.credits.values()],
        "settlements": [
            settlement.header() | {"lines": settlement.shown_lines}
            for settlement in creditor.settlements.values()
        ],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "claimId": claim.claim_id,
        "claimReference": claim.claim_reference,
        "caseNumber": claim.case_number,
        "invoiceNumber": claim.invoice_number,
        "stage": claim.stage,
        "status": claim.status,
        "closeCode": claim.close_code,
        "principal": {
            "original": money(claim.principal.original),
            "paid": money(claim.principal.paid),
            "credited": money(claim.principal.waived),
            "remaining": money(claim.principal.remaining),
        },
    }


def _payment(payment: AgencyPayment) -> dict[str, Any]:
    return {
        "paymentReference": payment.reference,
        "claimReference": payment.claim.claim_reference,
        "amount": money(payment.amount),
        "paymentDate": payment.paid_on.isoformat(),
        "principal": money(payment.allocation.principal),
        "isReversed": payment.is_reversed,
    }
