"""Every event type there is: its exchange, its model, its routing key, its bytes.

Type names are ``no.restanse.<exchange, singular>.<event>.v<version>``; routing keys are
``<event>.<client_id>`` on topic exchanges and the consumer's queue on the direct ``polls``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.faults import Unreadable
from shared.messages.credit_notes import CreditNote
from shared.messages.envelope import Body, Event
from shared.messages.ids import message_id
from shared.messages.invoices import ClaimClosed, ClaimRegistered, ClaimRejected, Invoice
from shared.messages.payments import Payment
from shared.messages.polls import FeedRequest, PollRequest, ReadInvoices
from shared.messages.settlements import (
    BookedSettlement,
    QuarantinedSettlement,
    ReconciledSettlement,
    Settlement,
)

AnyEvent = Event[Any]


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of message.

    Attributes:
        exchange: Where it is published.
        event: First word of its routing key.
        body: Model of its data.
        queue: Routing key on the direct exchange ``polls``, None on topic exchanges.
        version: Major version; a breaking change is a new one.
    """

    exchange: str
    event: str
    body: type[Body]
    queue: str | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Return the CloudEvents type."""
        return f"no.restanse.{self.exchange.removesuffix('s')}.{self.event}.v{self.version}"

    @property
    def dataschema(self) -> str:
        """Return the address of the JSON Schema of the data."""
        return f"https://restanse.no/schemas/{self.name}.json"

    def routing_key(self, client_id: str) -> str:
        """Return the key it is published with for a client."""
        return self.queue or f"{self.event}.{client_id}"


INVOICE_OVERDUE = EventType("invoices", "overdue", Invoice)
INVOICE_REGISTERED = EventType("invoices", "registered", ClaimRegistered)
INVOICE_REJECTED = EventType("invoices", "rejected", ClaimRejected)
INVOICE_CLOSED = EventType("invoices", "closed", ClaimClosed)
PAYMENT_RECEIVED = EventType("payments", "received", Payment)
PAYMENT_REVERSED = EventType("payments", "reversed", Payment)
PAYMENT_DIRECT = EventType("payments", "direct", Payment)
PAYMENT_DIRECT_REVERSED = EventType("payments", "direct-reversed", Payment)
PAYMENT_COLLECTED = EventType("payments", "collected", Payment)
CREDIT_NOTE_ISSUED = EventType("credit-notes", "issued", CreditNote)
CREDIT_NOTE_UNSUPPORTED = EventType("credit-notes", "unsupported", CreditNote)
SETTLEMENT_ISSUED = EventType("settlements", "issued", Settlement)
SETTLEMENT_RECONCILED = EventType("settlements", "reconciled", ReconciledSettlement)
SETTLEMENT_QUARANTINED = EventType("settlements", "quarantined", QuarantinedSettlement)
SETTLEMENT_BOOKED = EventType("settlements", "booked", BookedSettlement)
POLL_REQUESTED = EventType("polls", "requested", PollRequest, queue="tripletex-poller")
POLL_READ = EventType("polls", "read", ReadInvoices, queue="tripletex-poller")
POLL_FEED = EventType("polls", "feed", FeedRequest, queue="payment-reconciler")

EVENT_TYPES: dict[str, EventType] = {
    kind.name: kind
    for kind in (
        INVOICE_OVERDUE,
        INVOICE_REGISTERED,
        INVOICE_REJECTED,
        INVOICE_CLOSED,
        PAYMENT_RECEIVED,
        PAYMENT_REVERSED,
        PAYMENT_DIRECT,
        PAYMENT_DIRECT_REVERSED,
        PAYMENT_COLLECTED,
        CREDIT_NOTE_ISSUED,
        CREDIT_NOTE_UNSUPPORTED,
        SETTLEMENT_ISSUED,
        SETTLEMENT_RECONCILED,
        SETTLEMENT_QUARANTINED,
        SETTLEMENT_BOOKED,
        POLL_REQUESTED,
        POLL_READ,
        POLL_FEED,
    )
}

_TYPED: dict[str, type[AnyEvent]] = {
    name: Event[kind.body]  # type: ignore[name-defined]  # a model built at run time
    for name, kind in EVENT_TYPES.items()
}


class _Head(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: str


def event(
    kind: EventType,
    body: Body,
    *,
    subject: str,
    system: str,
    time: datetime,
    key: str | None = None,
) -> AnyEvent:
    """Make the message that states a fact.

    Args:
        kind: What kind of message it is.
        body: The fact; must be of the kind's model.
        subject: The business key.
        system: Who found it: ``tripletex``, ``ecpay``, ``restanse`` or a publisher's name.
        time: When it was observed.
        key: What makes it the same message when found again; the subject unless given.
    """
    return _TYPED[kind.name](
        id=message_id(body.client_id, kind.name, key or subject),
        type=kind.name,
        source=f"/clients/{body.client_id}/{system}",
        subject=subject,
        time=time,
        dataschema=kind.dataschema,
        data=body,
    )


def caused_by(cause: AnyEvent, effects: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """Return the effects with the trace, correlation and causation of their cause."""
    if not effects:
        return ()
    origin: UUID = cause.correlationid or cause.id
    link = {
        "traceparent": cause.traceparent,
        "correlationid": origin,
        "causationid": cause.id,
    }
    return tuple(effect.model_copy(update=link) for effect in effects)


def kind_of(message: AnyEvent) -> EventType:
    """Return the event type of a message."""
    return EVENT_TYPES[message.type]


def encode(message: AnyEvent) -> bytes:
    """Return the bytes of a message; absent optional attributes are left out."""
    return message.model_dump_json(exclude_none=True).encode()


def decode(content: bytes, *, hint: str = "") -> AnyEvent:
    """Read the bytes of a message.

    Args:
        content: The bytes.
        hint: The type that came with them, perhaps; right, it saves reading them twice.

    Raises:
        Unreadable: They are not JSON, of no known type, or break the type's schema; the fault
            names the fields.
    """
    hinted = _as_hinted(content, hint)
    if hinted is not None:
        return hinted
    try:
        name = _Head.model_validate_json(content).type
        model = _TYPED.get(name)
        if model is None:
            msg = f"no event type is named {name[:100]!r}; 'restanse event list' shows them all"
            raise Unreadable(msg, code="UNKNOWN_TYPE", field="type")
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _unreadable(error) from error


def _as_hinted(content: bytes, hint: str) -> AnyEvent | None:
    model = _TYPED.get(hint)
    if model is None:
        return None
    try:
        message = model.model_validate_json(content)
    except ValidationError:
        return None  # the long way tells what is wrong with it
    return message if message.type == hint else None


def _unreadable(error: ValidationError) -> Unreadable:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    named = [(".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in faults]
    told = "; ".join(f"{field or 'body'}: {reason}" for field, reason in named[:10])
    return Unreadable(
        f"the message breaks its schema: {told}", code="SCHEMA", field=named[0][0] if named else ""
    )
