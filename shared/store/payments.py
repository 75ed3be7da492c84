"""Payments: whose money each one was, and whether ECPay was told.

Owner: payment-reconciler. A decision is made once and never again: it is committed under a lock
on the claim before anything follows from it, so the same money seen twice, by two workers or
under two references, is told to ECPay once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Column, Date, Index, Row, String, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.faults import Fault
from shared.messages.payments import Payment
from shared.store.engine import Store
from shared.store.insert import insert_new, upsert
from shared.store.tables import Ore, UtcInstant, metadata


class Decision(StrEnum):
    """What was decided about a payment or a reversal.

    FORWARDED is told to ECPay. AGENCY is ECPay's own money and is never told. KNOWN is money that
    was told under another reference. RECORDED is a reversal of something never told.
    """

    FORWARDED = "FORWARDED"
    AGENCY = "AGENCY"
    KNOWN = "KNOWN"
    RECORDED = "RECORDED"


@dataclass(frozen=True, slots=True)
class DecidedPayment:
    """A payment and what was decided about it.

    Attributes:
        reverses: The payment it takes back, None for a payment.
        reported_as: Reference under which ECPay knows the money, None when it was not told.
    """

    client_id: str
    payment_reference: str
    claim_reference: str
    invoice_id: int
    amount: Decimal
    payment_date: date
    received_by: str
    origin: str
    reverses: str | None
    decision: Decision
    reported_as: str | None
    observed_at: datetime
    decided_at: datetime


PAYMENTS = Table(
    "payments",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("payment_reference", String(64), primary_key=True),
    Column("claim_reference", String(64), nullable=False),
    Column("invoice_id", BigInteger, nullable=False),
    Column("amount", Ore, nullable=False),
    Column("payment_date", Date, nullable=False),
    Column("received_by", String(20), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("reverses", String(64)),
    Column("decision", String(20), nullable=False),
    Column("reported_as", String(64)),
    Column("observed_at", UtcInstant, nullable=False),
    Column("decided_at", UtcInstant, nullable=False),
    Index("ix_payments_claim_reference", "client_id", "claim_reference"),
)

PAYMENT_LOCKS = Table(
    "payment_locks",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("claim_reference", String(64), primary_key=True),
    Column("taken_at", UtcInstant, nullable=False),
)
"""One row per claim, written first in a deciding transaction: a lock that both databases know."""

_LOCK = upsert(PAYMENT_LOCKS)
_RECORD = insert_new(PAYMENTS)

Claim: TypeAlias = tuple[str, str]
"""Client and claim reference."""

Choose: TypeAlias = Callable[[Payment, Sequence[DecidedPayment]], DecidedPayment | Fault]
"""Decides on one payment, given everything decided on its claim so far."""


async def decide(
    store: Store, payments: Sequence[Payment], choose: Choose, *, now: datetime
) -> Sequence[DecidedPayment | Fault]:
    """Decide on payments and commit it; one decision or fault per payment, in order.

    A payment that was decided on before keeps its decision.
    """
    claims = sorted({_claim(payment) for payment in payments})
    async with store.begin() as connection:
        await connection.execute(
            _LOCK,
            [
                {"client_id": client, "claim_reference": claim, "taken_at": now}
                for client, claim in claims
            ],
        )
        known = await _known(connection, claims)
        decided = [_decide_one(payment, known[_claim(payment)], choose) for payment in payments]
        fresh = [asdict(one) for one in decided if isinstance(one, DecidedPayment)]
        if fresh:
            await connection.execute(_RECORD, fresh)
    return decided


async def payments_of(
    store: Store, client_id: str, claim_reference: str
) -> Sequence[DecidedPayment]:
    """Return everything decided on a claim, oldest first."""
    rows = await store.rows(
        select(PAYMENTS)
        .where(PAYMENTS.c.client_id == client_id, PAYMENTS.c.claim_reference == claim_reference)
        .order_by(PAYMENTS.c.decided_at, PAYMENTS.c.payment_reference)
    )
    return [_decided(row) for row in rows]


async def forwarded_on(
    store: Store, client_id: str, claim_references: Iterable[str]
) -> Sequence[DecidedPayment]:
    """Return the payments and reversals on these claims that ECPay is or was told of."""
    rows = await store.rows(
        select(PAYMENTS).where(
            PAYMENTS.c.client_id == client_id,
            PAYMENTS.c.claim_reference.in_(tuple(claim_references)),
            PAYMENTS.c.decision == Decision.FORWARDED.value,
        )
    )
    return [_decided(row) for row in rows]


def _claim(payment: Payment) -> Claim:
    return payment.client_id, payment.claim_reference


def _decide_one(
    payment: Payment, known: list[DecidedPayment], choose: Choose
) -> DecidedPayment | Fault:
    for earlier in known:
        if earlier.payment_reference == payment.payment_reference:
            return earlier
    chosen = choose(payment, known)
    if isinstance(chosen, DecidedPayment):
        known.append(chosen)
    return chosen


async def _known(
    connection: AsyncConnection, claims: Iterable[Claim]
) -> Mapping[Claim, list[DecidedPayment]]:
    wanted = list(claims)
    rows = await connection.execute(
        select(PAYMENTS)
        .where(tuple_(PAYMENTS.c.client_id, PAYMENTS.c.claim_reference).in_(wanted))
        .order_by(PAYMENTS.c.decided_at, PAYMENTS.c.payment_reference)
    )
    known: dict[Claim, list[DecidedPayment]] = {claim: [] for claim in wanted}
    for row in rows:
        one = _decided(row)
        known[one.client_id, one.claim_reference].append(one)
    return known


def _decided(row: Row[Any]) -> DecidedPayment:
    values = dict(row._mapping)  # noqa: SLF001  # the public name of a row's mapping
    return DecidedPayment(**values | {"decision": Decision(values["decision"])})
