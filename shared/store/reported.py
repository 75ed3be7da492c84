"""Payments and credits reported to the collector, and what it did with each.

Owner: ecpay-forwarder. What ECPay knows is never replaced by anything less, whichever worker
commits last. Others read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    bindparam,
    select,
    update,
)

from shared.store.engine import Store
from shared.store.insert import upsert
from shared.store.tables import Ore, UtcInstant, metadata
from shared.store.write import Write


class PaymentState(StrEnum):
    """What became of a payment on its way to the collector.

    BEFORE was listed in the hand-over itself. REPORTED and REVERSED are known at ECPay. WAITING
    was refused for now. REFUSED is for a person. NOT_REPORTED never had to be told.
    """

    BEFORE = "BEFORE"
    REPORTED = "REPORTED"
    REVERSED = "REVERSED"
    WAITING = "WAITING"
    REFUSED = "REFUSED"
    NOT_REPORTED = "NOT_REPORTED"


@dataclass(frozen=True, slots=True)
class ReportedPayment:
    """A payment the creditor received, and what ECPay did with it."""

    client_id: str
    payment_reference: str
    claim_reference: str
    state: PaymentState
    amount: Decimal
    currency: str
    payment_date: date
    updated_at: datetime
    applied: Decimal = Decimal("0.00")
    unapplied: Decimal = Decimal("0.00")
    code: str | None = None
    refusals: int = 0
    reversed_on: date | None = None


class CreditState(StrEnum):
    """What became of a full credit on its way to the collector."""

    REPORTED = "REPORTED"
    WAITING = "WAITING"
    REFUSED = "REFUSED"
    NOT_REPORTED = "NOT_REPORTED"


@dataclass(frozen=True, slots=True)
class ReportedCredit:
    """A full credit, and what ECPay did with it."""

    client_id: str
    credit_reference: str
    claim_reference: str
    state: CreditState
    amount: Decimal
    currency: str
    credit_date: date
    updated_at: datetime
    credited_principal: Decimal = Decimal("0.00")
    charged_to_client: Decimal = Decimal("0.00")
    code: str | None = None
    refusals: int = 0


REPORTED_PAYMENTS = Table(
    "reported_payments",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("payment_reference", String(64), primary_key=True),
    Column("claim_reference", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("amount", Ore, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("payment_date", Date, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("applied", Ore, nullable=False),
    Column("unapplied", Ore, nullable=False),
    Column("code", String(60)),
    Column("refusals", Integer, nullable=False),
    Column("reversed_on", Date),
    Index("ix_reported_payments_claim_reference", "client_id", "claim_reference"),
)

REPORTED_CREDITS = Table(
    "reported_credits",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("credit_reference", String(64), primary_key=True),
    Column("claim_reference", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("amount", Ore, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("credit_date", Date, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("credited_principal", Ore, nullable=False),
    Column("charged_to_client", Ore, nullable=False),
    Column("code", String(60)),
    Column("refusals", Integer, nullable=False),
    Index("ix_reported_credits_claim_reference", "client_id", "claim_reference"),
)


_SAVE_PAYMENT = upsert(
    REPORTED_PAYMENTS,
    final=(PaymentState.BEFORE, PaymentState.REPORTED, PaymentState.REVERSED),
)
_REVERSE_PAYMENT = (
    update(REPORTED_PAYMENTS)
    .where(
        REPORTED_PAYMENTS.c.client_id == bindparam("of_client"),
        REPORTED_PAYMENTS.c.payment_reference == bindparam("taken_back"),
    )
    .values(
        state=PaymentState.REVERSED,
        reversed_on=bindparam("on"),
        updated_at=bindparam("at"),
    )
)
_SAVE_CREDIT = upsert(REPORTED_CREDITS, final=(CreditState.REPORTED,))


def save_payment(payment: ReportedPayment) -> Write:
    """Return the write that keeps a payment, unless ECPay knows it already."""
    return Write(_SAVE_PAYMENT, asdict(payment))


def reverse_payment(client_id: str, reference: str, *, on: date, now: datetime) -> Write:
    """Return the write that marks a payment as taken back."""
    return Write(
        _REVERSE_PAYMENT,
        {"of_client": client_id, "taken_back": reference, "on": on, "at": now},
    )


def save_credit(credit: ReportedCredit) -> Write:
    """Return the write that keeps a credit, unless ECPay knows it already."""
    return Write(_SAVE_CREDIT, asdict(credit))


def _by(table: Table, column: str) -> Select[Any]:
    return select(table).where(
        table.c.client_id == bindparam("of_client"),
        table.c[column].in_(bindparam("wanted", expanding=True)),
    )


_PAYMENTS_BY_REFERENCE = _by(REPORTED_PAYMENTS, "payment_reference")
_PAYMENTS_BY_CLAIM = _by(REPORTED_PAYMENTS, "claim_reference")
_CREDITS_BY_REFERENCE = _by(REPORTED_CREDITS, "credit_reference")
_CREDITS_BY_CLAIM = _by(REPORTED_CREDITS, "claim_reference")


async def find_payments(
    store: Store, client_id: str, references: Collection[str]
) -> Mapping[str, ReportedPayment]:
    """Return the payments with these payment references, by reference."""
    rows = await _rows(store, _PAYMENTS_BY_REFERENCE, client_id, references)
    return {row.payment_reference: _payment(row) for row in rows}


async def payments_on(
    store: Store, client_id: str, claim_references: Collection[str]
) -> tuple[ReportedPayment, ...]:
    """Return the payments on these claims."""
    rows = await _rows(store, _PAYMENTS_BY_CLAIM, client_id, claim_references)
    return tuple(_payment(row) for row in rows)


async def find_credits(
    store: Store, client_id: str, references: Collection[str]
) -> Mapping[str, ReportedCredit]:
    """Return the credits with these credit references, by reference."""
    rows = await _rows(store, _CREDITS_BY_REFERENCE, client_id, references)
    return {row.credit_reference: _credit(row) for row in rows}


async def credits_on(
    store: Store, client_id: str, claim_references: Collection[str]
) -> tuple[ReportedCredit, ...]:
    """Return the credits on these claims."""
    rows = await _rows(store, _CREDITS_BY_CLAIM, client_id, claim_references)
    return tuple(_credit(row) for row in rows)


async def _rows(
    store: Store, statement: Select[Any], client_id: str, wanted: Collection[str]
) -> tuple[Row[Any], ...]:
    if not wanted:
        return ()
    parameters = {"of_client": client_id, "wanted": sorted(wanted)}
    return tuple(await store.rows(statement, parameters))


def _payment(row: Row[Any]) -> ReportedPayment:
    values = dict(row._mapping)  # noqa: SLF001  # the documented way to read a row by name
    return ReportedPayment(**values | {"state": PaymentState(values["state"])})


def _credit(row: Row[Any]) -> ReportedCredit:
    values = dict(row._mapping)  # noqa: SLF001  # the documented way to read a row by name
    return ReportedCredit(**values | {"state": CreditState(values["state"])})
