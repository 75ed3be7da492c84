"""Every invoice the poller has looked at closely: why it waits, or what became of it.

Owner: the poller. Operations writes the holds. ``handed_over_at`` is set once and for all: an
invoice is handed over at most once, whatever happens to it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    not_,
    or_,
    select,
    update,
)

from shared.messages.money import ZERO
from shared.store.engine import Store
from shared.store.insert import insert_new, upsert
from shared.store.tables import Document, Ore, UtcInstant, metadata
from shared.store.write import Write

WATCHED_INVOICES = Table(
    "watched_invoices",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("invoice_id", BigInteger, primary_key=True, autoincrement=False),
    Column("claim_reference", String(64), nullable=False),
    Column("invoice_number", String(40), nullable=False),
    Column("voucher_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("due_date", Date),
    Column("original", Ore, nullable=False),
    Column("outstanding", Ore, nullable=False),
    Column("is_credited", Boolean, nullable=False),
    Column("reasons", Document, nullable=False),
    Column("look_again_on", Date),
    Column("observed_at", UtcInstant, nullable=False),
    Column("handed_over_at", UtcInstant),
    Column("held", Boolean, nullable=False),
    Column("held_until", Date),
    Column("held_reason", String(200)),
    Column("excluded", Boolean, nullable=False),
    Index("ix_watched_invoices_voucher_id", "client_id", "voucher_id"),
    Index("ix_watched_invoices_customer_id", "client_id", "customer_id"),
    Index("ix_watched_invoices_claim_reference", "claim_reference"),
)

SEEN_POSTINGS = Table(
    "seen_postings",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("posting_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", BigInteger, nullable=False),
    Column("voucher_id", BigInteger),
    Column("posted_on", Date),
    Column("amount", Ore, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reverses", BigInteger),
    Column("seen_at", UtcInstant, nullable=False),
    Index("ix_seen_postings_invoice_id", "client_id", "invoice_id"),
)


class InvoiceState(StrEnum):
    """Where an invoice stands, as one word."""

    WAITING = "WAITING"
    HELD = "HELD"
    HANDED_OVER = "HANDED_OVER"
    SETTLED = "SETTLED"
    CREDITED = "CREDITED"


class PostingKind(StrEnum):
    """What a customer posting on an invoice is to the collector.

    Attributes:
        INVOICE: The debt itself.
        EARLIER: Moved the debt before the hand-over, which has told of it.
        PAYMENT: Money the creditor received.
        AGENCY: Money the collector received and settles.
        REVERSAL: Takes a payment back.
        CREDIT: Belongs to a credit note.
        OTHER: Neither; a person has been asked.
    """

    INVOICE = "INVOICE"
    EARLIER = "EARLIER"
    PAYMENT = "PAYMENT"
    AGENCY = "AGENCY"
    REVERSAL = "REVERSAL"
    CREDIT = "CREDIT"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class WatchedInvoice:
    """An invoice as it was last read.

    Attributes:
        reasons: Why it was not handed over, each ``{"why": …, "until": …}``; empty when it was.
        look_again_on: Day from which it is read again even if its ledger has not moved.
        held: A person has stopped the hand-over, until ``held_until`` if that is set.
        excluded: A person has taken it out for good.
    """

    client_id: str
    invoice_id: int
    claim_reference: str
    invoice_number: str
    voucher_id: int | None
    customer_id: int | None
    due_date: date | None
    original: Decimal
    outstanding: Decimal
    is_credited: bool
    reasons: Sequence[dict[str, str | None]]
    look_again_on: date | None
    observed_at: datetime
    handed_over_at: datetime | None = None
    held: bool = False
    held_until: date | None = None
    held_reason: str | None = None
    excluded: bool = False

    @property
    def state(self) -> InvoiceState:
        """Return where it stands."""
        if self.handed_over_at is None:
            stopped = self.held or self.excluded
            return InvoiceState.HELD if stopped else InvoiceState.WAITING
        if self.is_credited:
            return InvoiceState.CREDITED
        return InvoiceState.SETTLED if self.outstanding <= 0 else InvoiceState.HANDED_OVER


@dataclass(frozen=True, slots=True)
class SeenPosting:
    """A posting that needs no telling any more; ``amount`` keeps Tripletex's sign."""

    client_id: str
    posting_id: int
    invoice_id: int
    voucher_id: int | None
    posted_on: date | None
    amount: Decimal
    kind: PostingKind
    seen_at: datetime
    reverses: int | None = None


_OBSERVED = upsert(
    WATCHED_INVOICES,
    keep=("handed_over_at", "held", "held_until", "held_reason", "excluded"),
)
_HANDED_OVER = (
    update(WATCHED_INVOICES)
    .where(
        WATCHED_INVOICES.c.client_id == bindparam("of_client"),
        WATCHED_INVOICES.c.invoice_id == bindparam("of_invoice"),
        WATCHED_INVOICES.c.handed_over_at.is_(None),
    )
    .values(handed_over_at=bindparam("at", type_=UtcInstant))
)
_HOLD = (
    update(WATCHED_INVOICES)
    .where(
        WATCHED_INVOICES.c.client_id == bindparam("of_client"),
        WATCHED_INVOICES.c.invoice_id == bindparam("of_invoice"),
    )
    .values(
        held=bindparam("is_held"),
        held_until=bindparam("until"),
        held_reason=bindparam("because"),
        excluded=bindparam("is_excluded"),
        look_again_on=bindparam("again"),
    )
)
_SEEN = upsert(SEEN_POSTINGS)
_SEEN_AT_HAND_OVER = insert_new(SEEN_POSTINGS)
_ALL = select(WATCHED_INVOICES).where(WATCHED_INVOICES.c.client_id == bindparam("of_client"))
_BY_ID = _ALL.where(WATCHED_INVOICES.c.invoice_id.in_(bindparam("ids", expanding=True)))
_BY_VOUCHER = _ALL.where(WATCHED_INVOICES.c.voucher_id.in_(bindparam("ids", expanding=True)))
_OF_CUSTOMERS = _ALL.where(
    WATCHED_INVOICES.c.handed_over_at.is_not(None),
    WATCHED_INVOICES.c.customer_id.in_(bindparam("ids", expanding=True)),
)
_DUE_AGAIN = _ALL.where(
    WATCHED_INVOICES.c.handed_over_at.is_(None),
    WATCHED_INVOICES.c.look_again_on <= bindparam("today"),
)
_POSTINGS = select(SEEN_POSTINGS).where(
    SEEN_POSTINGS.c.client_id == bindparam("of_client"),
    SEEN_POSTINGS.c.invoice_id.in_(bindparam("ids", expanding=True)),
)
_IS_HANDED_OVER = WATCHED_INVOICES.c.handed_over_at.is_not(None)
_IS_STOPPED = or_(WATCHED_INVOICES.c.held, WATCHED_INVOICES.c.excluded)
_IS_CREDITED = WATCHED_INVOICES.c.is_credited
_IS_PAID = WATCHED_INVOICES.c.outstanding <= ZERO
_STANDS = {
    InvoiceState.WAITING: and_(not_(_IS_HANDED_OVER), not_(_IS_STOPPED)),
    InvoiceState.HELD: and_(not_(_IS_HANDED_OVER), _IS_STOPPED),
    InvoiceState.HANDED_OVER: and_(_IS_HANDED_OVER, not_(_IS_CREDITED), not_(_IS_PAID)),
    InvoiceState.SETTLED: and_(_IS_HANDED_OVER, not_(_IS_CREDITED), _IS_PAID),
    InvoiceState.CREDITED: and_(_IS_HANDED_OVER, _IS_CREDITED),
}
"""``WatchedInvoice.state`` in SQL, so that a list is cut after it was chosen, not before."""
_CHUNK = 500


async def watched(
    store: Store, client_id: str, invoice_ids: Iterable[int]
) -> dict[int, WatchedInvoice]:
    """Return what is known of these invoices, by invoice id."""
    return {one.invoice_id: one for one in await _read(store, _BY_ID, client_id, invoice_ids)}


async def watched_by_voucher(
    store: Store, client_id: str, voucher_ids: Iterable[int]
) -> dict[int, WatchedInvoice]:
    """Return what is known of the invoices with these vouchers, by voucher id."""
    found = await _read(store, _BY_VOUCHER, client_id, voucher_ids)
    return {one.voucher_id: one for one in found if one.voucher_id is not None}


async def handed_over_to(
    store: Store, client_id: str, customer_ids: Iterable[int]
) -> list[WatchedInvoice]:
    """Return the handed-over invoices of these customers."""
    return await _read(store, _OF_CUSTOMERS, client_id, customer_ids)


async def due_again(store: Store, client_id: str, today: date) -> list[WatchedInvoice]:
    """Return the waiting invoices that are to be read again although nothing has moved."""
    rows = await store.rows(_DUE_AGAIN, {"of_client": client_id, "today": today})
    return [_watched(row) for row in rows]


async def list_watched(
    store: Store, client_id: str, *, state: InvoiceState | None = None, limit: int = 1000
) -> list[WatchedInvoice]:
    """Return what is known of a client's invoices, oldest due date first.

    Args:
        store: The database.
        client_id: Whose invoices.
        state: Only those that stand there, or all.
        limit: Most rows.
    """
    statement = _ALL if state is None else _ALL.where(_STANDS[state])
    ordered = statement.order_by(WATCHED_INVOICES.c.due_date, WATCHED_INVOICES.c.invoice_id)
    rows = await store.rows(ordered.limit(limit), {"of_client": client_id})
    return [_watched(row) for row in rows]


async def seen_postings(
    store: Store, client_id: str, invoice_ids: Iterable[int]
) -> dict[int, list[SeenPosting]]:
    """Return the postings already told or noted, by invoice id, oldest posting id first."""
    found: dict[int, list[SeenPosting]] = {}
    for ids in _chunks(invoice_ids):
        for row in await store.rows(_POSTINGS, {"of_client": client_id, "ids": ids}):
            found.setdefault(row.invoice_id, []).append(_seen(row))
    return {key: sorted(rows, key=lambda one: one.posting_id) for key, rows in found.items()}


def observed(invoice: WatchedInvoice) -> Write:
    """Return the write that notes a reading; holds and the hand-over stay as they are."""
    row = {column.name: getattr(invoice, column.name) for column in WATCHED_INVOICES.columns}
    return Write(_OBSERVED, row | {"reasons": list(invoice.reasons)})


def handed_over(client_id: str, invoice_id: int, *, now: datetime) -> Write:
    """Return the write that notes the hand-over of an observed invoice, once."""
    return Write(_HANDED_OVER, {"of_client": client_id, "of_invoice": invoice_id, "at": now})


def hold(
    client_id: str,
    invoice_id: int,
    *,
    reason: str,
    today: date,
    until: date | None = None,
    excluded: bool = False,
) -> Write:
    """Return the write that stops the hand-over of an observed invoice, or excludes it."""
    row = {"is_held": not excluded, "until": until, "because": reason, "is_excluded": excluded}
    return Write(_HOLD, _key(client_id, invoice_id) | row | {"again": until or today})


def release(client_id: str, invoice_id: int, *, today: date) -> Write:
    """Return the write that lifts a hold; the next poll reads the invoice again."""
    row = {"is_held": False, "until": None, "because": None, "is_excluded": False}
    return Write(_HOLD, _key(client_id, invoice_id) | row | {"again": today})


def seen(posting: SeenPosting) -> Write:
    """Return the write that notes a posting.

    What a hand-over notes gives way to what is noted already: of two hand-overs at once only
    the first counts, and what has been told since stays told.
    """
    row = {column.name: getattr(posting, column.name) for column in SEEN_POSTINGS.columns}
    at_hand_over = posting.kind in {PostingKind.INVOICE, PostingKind.EARLIER}
    statement = _SEEN_AT_HAND_OVER if at_hand_over else _SEEN
    return Write(statement, row | {"kind": posting.kind.value})


def _key(client_id: str, invoice_id: int) -> dict[str, object]:
    return {"of_client": client_id, "of_invoice": invoice_id}


async def _read(
    store: Store, statement: Select[Any], client_id: str, wanted: Iterable[int]
) -> list[WatchedInvoice]:
    found: list[WatchedInvoice] = []
    for ids in _chunks(wanted):
        rows = await store.rows(statement, {"of_client": client_id, "ids": ids})
        found += [_watched(row) for row in rows]
    return found


def _chunks(ids: Iterable[int]) -> list[list[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]


def _watched(row: Row[Any]) -> WatchedInvoice:
    return WatchedInvoice(**row._mapping)  # noqa: SLF001  # the public name of a row's mapping


def _seen(row: Row[Any]) -> SeenPosting:
    values = dict(row._mapping)  # noqa: SLF001  # the public name of a row's mapping
    return SeenPosting(**values | {"kind": PostingKind(values["kind"])})
