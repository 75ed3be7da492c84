"""Settling with a creditor: making, paying, repeating, correcting, acknowledging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay import debtor, settling
from services.sandbox.ecpay.banking_days import banking_day_from
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.cover import check_order
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.problems import FieldError, Refusal, validation_failed
from services.sandbox.ecpay.settlements import Settlement, settlement_of
from services.sandbox.ecpay.validation import Choice, Instant, Text, Thing, refuse_faults

ACKNOWLEDGEMENT = Thing(
    {
        "status": Choice(("BOOKED", "REJECTED")),
        "externalVoucherReference": Text(longest=70, shortest=1),
        "bookedAt": Instant(),
        "reason": Text(longest=200, shortest=1),
    },
    required=("status",),
)
_WANTED = {"BOOKED": ("externalVoucherReference", "bookedAt"), "REJECTED": ("reason",)}


def settle(creditor: Creditor, *, corrects: str | None = None) -> Settlement | None:
    """Settle every line that waits, None when none does."""
    if not creditor.unsettled:
        return None
    office, terms = creditor.office, creditor.terms
    planned = office.today + timedelta(days=terms.payout_days)
    payout_day = banking_day_from(planned) if terms.payout_days else planned
    settlement = settlement_of(
        tuple(creditor.unsettled),
        settlement_id=f"stl_{office.number('settlement'):08d}",
        number=len(creditor.settlements) + 1,
        client_id=creditor.client_id,
        created_at=office.stamp(),
        settled_on=office.today,
        payout_day=payout_day,
        previous_balance=creditor.carried_forward,
        account_last4=terms.payout_account_last4,
        statement_from=office.today + timedelta(days=terms.statement_after_days),
        corrects=corrects,
    )
    creditor.unsettled = []
    creditor.carried_forward = settlement.carried_forward
    creditor.settlements[settlement.settlement_id] = settlement
    creditor.list_settlement(settlement)
    _tell(creditor, "settlement.created", settlement)
    if settlement.status == "PAID":
        _tell(creditor, "settlement.paid", settlement)
    return settlement


def run_day(creditor: Creditor) -> None:
    """Pay out what is to be paid today, and settle when it is the creditor's weekday."""
    for settlement in creditor.settlements.values():
        if settlement.status == "CREATED" and (
            settlement.payout_date is None or settlement.payout_date <= creditor.office.today
        ):
            settlement.status = "PAID"
            settlement.version += 1
            creditor.list_settlement(settlement)
            _tell(creditor, "settlement.paid", settlement)
    if creditor.office.today.weekday() == creditor.terms.settles_on_weekday:
        settle(creditor)


def correct(
    creditor: Creditor,
    settlement: Settlement,
    *,
    amounts: Mapping[str, Decimal] | None = None,
    order: tuple[str, ...] | None = None,
) -> Settlement | None:
    """Correct a settlement: its payments are taken back and collected again.

    Lines that wait are settled first, in a settlement of their own: the remaining principal of
    every claim must follow from line to line (I5).

    Args:
        creditor: Whose settlement it is.
        settlement: The settlement to correct.
        amounts: The right amount by bank reference, the same as before where left out.
        order: The right cover order, that of the agreement when None.
    """
    order = check_order(order) if order else None
    settle(creditor)
    for line in settlement.lines:
        payment = creditor.agency_payments.get(line.payment_reference or "")
        if payment is None or payment.line is not line or payment.is_reversed:
            continue
        debtor.bounces(creditor, payment.reference, reason="CORRECTION")
        right = (amounts or {}).get(payment.reference, payment.amount)
        debtor.pays(
            creditor,
            payment.claim,
            right,
            on=payment.paid_on,
            reference=payment.reference,
            order=order,
        )
    corrected = settle(creditor, corrects=settlement.settlement_id)
    if corrected is not None:
        settlement.status = "CORRECTED"
        settlement.version += 1
        creditor.list_settlement(settlement)
        _tell(creditor, "settlement.corrected", corrected, corrects=settlement.settlement_id)
    return corrected


def charge(creditor: Creditor, claim: Claim, kind: str, amount: Decimal, *, reason: str) -> None:
    """Charge the client: a fee with VAT, an outlay without, or an adjustment of either sign."""
    line = settling.line_on(
        claim,
        creditor.terms,
        line_id=f"lin_{creditor.office.number('line'):010d}",
        kind=kind,
        booked=creditor.office.today,
    )
    if kind == "OUTLAY":
        claim.legal_costs.original += amount
        creditor.changed(claim)
    with_vat = kind == "AGENCY_CHARGE"
    creditor.unsettled.append(
        settling.charged(line, amount, creditor.terms, reason=reason, with_vat=with_vat)
    )


def acknowledge(creditor: Creditor, settlement: Settlement, body: Any) -> dict[str, Any]:
    """Keep what the client did with a settlement; BOOKED is final.

    Raises:
        Refusal: Badly formed, or the settlement was booked with other content.
    """
    refuse_faults(ACKNOWLEDGEMENT, body)
    _check_fields(body)
    held = settlement.acknowledgement
    given = {name: body.get(name) for name in ("status", *_WANTED["BOOKED"], "reason")}
    if held is not None and held["status"] == "BOOKED":
        same = ("status", "externalVoucherReference")
        if any(held[name] != given[name] for name in same):
            raise Refusal("ACKNOWLEDGEMENT_CONFLICT")
        return held
    if held is None or any(held[name] != value for name, value in given.items()):
        settlement.acknowledgement = {
            "settlementId": settlement.settlement_id,
            **given,
            "acknowledgedAt": creditor.office.stamp(),
        }
        settlement.version += 1
    return settlement.acknowledgement or {}


def _check_fields(body: dict[str, Any]) -> None:
    wanted = _WANTED[body["status"]]
    faults = [
        FieldError(f"/{name}", "REQUIRED", "is required") for name in wanted if name not in body
    ]
    faults += [
        FieldError(f"/{name}", "UNKNOWN_FIELD", f"must be left out for {body['status']}")
        for name in body
        if name != "status" and name not in wanted
    ]
    if faults:
        raise validation_failed(faults)


def _tell(
    creditor: Creditor, kind: str, settlement: Settlement, *, corrects: str | None = None
) -> None:
    creditor.tell(
        kind,
        settlementId=settlement.settlement_id,
        settlementNumber=settlement.number,
        correctsSettlementId=corrects,
    )
