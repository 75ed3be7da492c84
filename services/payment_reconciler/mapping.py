"""From ECPay's words to ours. Pure."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from shared.clock import oslo_date
from shared.faults import Invalid
from shared.messages.catalog import INVOICE_CLOSED, PAYMENT_COLLECTED, AnyEvent, event
from shared.messages.ids import InvoiceId, invoice_of
from shared.messages.invoices import ClaimClosed
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.messages.settlements import Settlement
from shared.providers.ecpay import settlements as wire_settlements
from shared.providers.ecpay.wire import Event
from shared.store.feeds import CaseNews

ECPAY = "ecpay"
CLOSED = "claim.closed"
REJECTED = "claim.rejected"
PAYMENT_SEEN = "claim.payment_received"
STAGE_CHANGED = "claim.stage_changed"
STATUS_CHANGED = "claim.status_changed"
ENDS = frozenset({CLOSED, REJECTED})


def settlement_of(
    wire: wire_settlements.Settlement, *, client_id: str, observed_at: datetime
) -> Settlement:
    """Return a settlement as a canonical message.

    Raises:
        Invalid: It has values that our message does not allow, such as an unheard-of currency.
    """
    told = wire.model_dump()
    kept = {name: told[name] for name in Settlement.model_fields if name in told}
    try:
        return Settlement.model_validate(
            {**kept, "client_id": client_id, "observed_at": observed_at}
        )
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        msg = f"settlement {wire.settlement_id} cannot be read: {', '.join(fields[:10])}"
        raise Invalid(msg, code="SETTLEMENT_UNREADABLE", dependency=ECPAY) from error


def news_of(told: Event, *, client_id: str) -> CaseNews | None:
    """Return what an event says about a case, None when it concerns none."""
    if told.claim_reference is None:
        return None
    data = told.data
    return CaseNews(
        client_id=client_id,
        claim_reference=told.claim_reference,
        sequence=told.sequence,
        occurred_at=told.occurred_at,
        case_number=told.case_number,
        claim_id=told.claim_id,
        stage=data.to if told.type == STAGE_CHANGED else None,
        status=data.to if told.type == STATUS_CHANGED else None,
        close_code=data.close_code if told.type in ENDS else None,
        deadline=data.deadline if told.type == STAGE_CHANGED else None,
    )


def closed_of(told: Event, *, client_id: str) -> AnyEvent | None:
    """Return the message that a case was closed, None for any other event."""
    if told.type not in ENDS or told.claim_reference is None:
        return None
    try:
        body = ClaimClosed(
            client_id=client_id,
            claim_reference=told.claim_reference,
            close_code=told.data.close_code or "UNKNOWN",
            closed_at=told.occurred_at,
        )
    except ValidationError:
        return None  # not a reference of ours: a case that was typed in at ECPay
    return event(
        INVOICE_CLOSED,
        body,
        subject=told.claim_reference,
        system=ECPAY,
        time=told.occurred_at,
        key=told.event_id,
    )


def collected_of(told: Event, *, client_id: str, observed_at: datetime) -> AnyEvent | None:
    """Return the provisional message that ECPay has received money, None for any other event."""
    if told.type != PAYMENT_SEEN or told.claim_reference is None:
        return None
    invoice_id, data = invoice_of(told.claim_reference), told.data
    if invoice_id is None or data.amount is None:
        return None
    try:
        body = Payment(
            client_id=client_id,
            claim_reference=told.claim_reference,
            invoice_id=InvoiceId(invoice_id),
            payment_reference=data.payment_reference or told.event_id,
            amount=data.amount,
            currency=data.currency or "NOK",
            payment_date=data.payment_date or oslo_date(told.occurred_at),
            received_by=ReceivedBy.AGENCY,
            origin=PaymentOrigin.ECPAY,
            observed_at=observed_at,
        )
    except ValidationError:
        return None  # for information only, so a value we cannot carry is not worth a stop
    return event(
        PAYMENT_COLLECTED,
        body,
        subject=told.claim_reference,
        system=ECPAY,
        time=observed_at,
        key=told.event_id,
    )
