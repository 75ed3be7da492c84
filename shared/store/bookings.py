"""Bookings: the intent journal of every settlement that goes into the ledger.

Owner: booking-writer. A step is written here before the call it stands for and completed after
it. Tripletex has no idempotency keys, so after a crash or a lost answer the journal is what
tells which calls may have happened; they are looked up before they are made again.

One worker at a time books for a client: it holds a lease that every step renews in the same
commit, and a worker that lost it stops before its next call. The lease is a row with a deadline,
so it works on both databases and ends by itself when its holder is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.faults import NotYet
from shared.store.engine import Store
from shared.store.insert import upsert
from shared.store.tables import Document, Ore, UtcInstant, metadata

LONGEST_CALL = timedelta(seconds=40)
"""A call of a step that takes longer is given up and looked up later."""
LEASE = timedelta(seconds=60)
"""Longer than a call, so nobody takes over while one is under way."""


ELSEWHERE = "BOOKING_ELSEWHERE"
"""Code of the fault that says that another worker has the lease."""


class BookingState(StrEnum):
    """Where a booking is: HELD waits for a person and says why."""

    BOOKING = "BOOKING"
    HELD = "HELD"
    BOOKED = "BOOKED"


class StepKind(StrEnum):
    """What a step does."""

    INVOICE_PAYMENT = "INVOICE_PAYMENT"
    RESIDUAL_VOUCHER = "RESIDUAL_VOUCHER"
    ATTACHMENT = "ATTACHMENT"
    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"


class StepState(StrEnum):
    """INTENDED may or may not have happened; DONE has, and its ids are known."""

    INTENDED = "INTENDED"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Booking:
    """The booking of one settlement.

    Attributes:
        booking_date: Date of everything booked; a person may move it to an open period.
        reason: Why it is held, empty otherwise.
    """

    client_id: str
    settlement_id: str
    settlement_number: int
    state: BookingState
    booking_date: date
    updated_at: datetime
    reason: str = ""
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a booking.

    Attributes:
        key: What it is about: a line id, or the external voucher number.
        seen: What stood there before the call, to tell afterwards what the call has added.
        found: Ids of what the call made.
    """

    client_id: str
    settlement_id: str
    key: str
    kind: StepKind
    state: StepState
    intended_at: datetime
    invoice_id: int | None = None
    amount: Decimal | None = None
    booking_date: date | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)
    done_at: datetime | None = None


BOOKINGS = Table(
    "bookings",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("settlement_id", String(64), primary_key=True),
    Column("settlement_number", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("booking_date", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("booked_at", UtcInstant),
    Index("ix_bookings_state", "state", "updated_at"),
)

BOOKING_STEPS = Table(
    "booking_steps",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("settlement_id", String(64), primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("invoice_id", BigInteger),
    Column("amount", Ore),
    Column("booking_date", Date),
    Column("seen", Document, nullable=False),
    Column("found", Document, nullable=False),
    Column("intended_at", UtcInstant, nullable=False),
    Column("done_at", UtcInstant),
    Index("ix_booking_steps_invoice_id", "client_id", "invoice_id"),
    Index("ix_booking_steps_key", "client_id", "key"),
)

BOOKING_LEASES = Table(
    "booking_leases",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcInstant, nullable=False),
)

_ONE = select(BOOKINGS).where(
    BOOKINGS.c.client_id == bindparam("wanted_client"),
    BOOKINGS.c.settlement_id == bindparam("wanted_id"),
)
_STEPS = (
    select(BOOKING_STEPS)
    .where(
        BOOKING_STEPS.c.client_id == bindparam("wanted_client"),
        BOOKING_STEPS.c.settlement_id == bindparam("wanted_id"),
    )
    .order_by(BOOKING_STEPS.c.intended_at)
)
_PAYMENTS_ON = select(BOOKING_STEPS).where(
    BOOKING_STEPS.c.client_id == bindparam("wanted_client"),
    BOOKING_STEPS.c.invoice_id == bindparam("wanted_invoice"),
    BOOKING_STEPS.c.kind == StepKind.INVOICE_PAYMENT.value,
)
_SAVE = upsert(BOOKINGS)
_SAVE_STEP = upsert(BOOKING_STEPS)
_INSERT_LEASE = insert(BOOKING_LEASES)
_TAKE = _INSERT_LEASE.on_conflict_do_update(
    index_elements=["client_id"],
    set_={"holder": _INSERT_LEASE.excluded.holder, "until": _INSERT_LEASE.excluded.until},
    where=BOOKING_LEASES.c.until <= bindparam("moment", type_=UtcInstant),
).returning(BOOKING_LEASES.c.holder)  # psycopg counts no rows of an insert
_RENEW = (
    update(BOOKING_LEASES)
    .where(
        BOOKING_LEASES.c.client_id == bindparam("of_client"),
        BOOKING_LEASES.c.holder == bindparam("of_holder"),
    )
    .values(until=bindparam("later"))
)
_GIVE_BACK = delete(BOOKING_LEASES).where(
    BOOKING_LEASES.c.client_id == bindparam("of_client"),
    BOOKING_LEASES.c.holder == bindparam("of_holder"),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to book for one client, until it is given back or runs out."""

    client_id: str
    holder: str


async def take_lease(store: Store, lease: Lease, *, now: datetime) -> None:
    """Take the right to book for a client.

    Raises:
        NotYet: Another worker has it.
    """
    parameters = {
        "client_id": lease.client_id,
        "holder": lease.holder,
        "until": now + LEASE,
        "moment": now,
    }
    async with store.begin() as connection:
        taken = (await connection.execute(_TAKE, parameters)).first()
    if taken is None:
        msg = f"another worker books for client {lease.client_id} right now"
        raise NotYet(msg, code=ELSEWHERE, retry_after=timedelta(seconds=2))


async def give_back(store: Store, lease: Lease) -> None:
    """Give the right to book back; a lease that was lost meanwhile is left alone."""
    async with store.begin() as connection:
        await connection.execute(
            _GIVE_BACK, {"of_client": lease.client_id, "of_holder": lease.holder}
        )


async def write_step(store: Store, lease: Lease, step: Step, *, now: datetime) -> None:
    """Commit a step and renew the lease, both or neither.

    Raises:
        NotYet: The lease was lost; the caller must stop before its next call.
    """
    async with store.begin() as connection:
        await _renew(connection, lease, now)
        await connection.execute(_SAVE_STEP, _step_values(step))


async def write_booking(store: Store, lease: Lease, booking: Booking, *, now: datetime) -> None:
    """Commit the state of a booking and renew the lease, both or neither.

    Raises:
        NotYet: The lease was lost.
    """
    async with store.begin() as connection:
        await _renew(connection, lease, now)
        await connection.execute(_SAVE, _booking_values(booking))


async def find(store: Store, client_id: str, settlement_id: str) -> Booking | None:
    """Return the booking of a settlement, None before it was begun."""
    rows = await store.rows(_ONE, {"wanted_client": client_id, "wanted_id": settlement_id})
    return _booking(rows[0]) if rows else None


async def listed(
    store: Store, client_id: str | None = None, *, limit: int = 200
) -> Sequence[Booking]:
    """Return bookings, the newest first."""
    statement = select(BOOKINGS).order_by(BOOKINGS.c.updated_at.desc()).limit(limit)
    if client_id is not None:
        statement = statement.where(BOOKINGS.c.client_id == client_id)
    return [_booking(row) for row in await store.rows(statement)]


async def states(store: Store, client_id: str, settlement_ids: Iterable[str]) -> Sequence[Booking]:
    """Return the bookings of these settlements, as far as they were begun."""
    rows = await store.rows(
        select(BOOKINGS).where(
            BOOKINGS.c.client_id == client_id,
            BOOKINGS.c.settlement_id.in_(tuple(settlement_ids)),
        )
    )
    return [_booking(row) for row in rows]


async def without_statement(store: Store, *, since: datetime) -> Sequence[Booking]:
    """Return what was booked since an instant, has a voucher, and no statement on it."""
    step = BOOKING_STEPS.c
    of_booking = and_(
        step.client_id == BOOKINGS.c.client_id, step.settlement_id == BOOKINGS.c.settlement_id
    )
    has_voucher = exists().where(
        of_booking, step.kind.in_([StepKind.INVOICE_PAYMENT, StepKind.RESIDUAL_VOUCHER])
    )
    has_statement = exists().where(
        of_booking, step.kind == StepKind.ATTACHMENT, step.state == StepState.DONE
    )
    rows = await store.rows(
        select(BOOKINGS)
        .where(
            BOOKINGS.c.state == BookingState.BOOKED,
            BOOKINGS.c.booked_at >= since,
            has_voucher,
            not_(has_statement),
        )
        .order_by(BOOKINGS.c.booked_at)
    )
    return [_booking(row) for row in rows]


async def steps(store: Store, client_id: str, settlement_id: str) -> Sequence[Step]:
    """Return the steps of a booking in the order in which they were begun."""
    rows = await store.rows(_STEPS, {"wanted_client": client_id, "wanted_id": settlement_id})
    return [_step(row) for row in rows]


async def payments_on(store: Store, client_id: str, invoice_id: int) -> Sequence[Step]:
    """Return every invoice payment we made or meant to make on an invoice."""
    parameters = {"wanted_client": client_id, "wanted_invoice": invoice_id}
    return [_step(row) for row in await store.rows(_PAYMENTS_ON, parameters)]


async def _renew(connection: AsyncConnection, lease: Lease, now: datetime) -> None:
    parameters = {
        "of_client": lease.client_id,
        "of_holder": lease.holder,
        "later": now + LEASE,
    }
    if not (await connection.execute(_RENEW, parameters)).rowcount:
        msg = f"the right to book for client {lease.client_id} was lost to another worker"
        raise NotYet(msg, code="LEASE_LOST", retry_after=timedelta(seconds=2))


def _booking_values(booking: Booking) -> Mapping[str, object]:
    return asdict(booking) | {"state": booking.state.value}


def _step_values(step: Step) -> Mapping[str, object]:
    return asdict(step) | {"kind": step.kind.value, "state": step.state.value}


def _booking(row: Row[Any]) -> Booking:
    values = dict(row._mapping)  # noqa: SLF001  # the public name of a row's mapping
    return Booking(**values | {"state": BookingState(values["state"])})


def _step(row: Row[Any]) -> Step:
    values = dict(row._mapping)  # noqa: SLF001  # the public name of a row's mapping
    return Step(**values | {"kind": StepKind(values["kind"]), "state": StepState(values["state"])})
