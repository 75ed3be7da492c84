"""Claims: the invoices handed over to the collector, and what became of each.

Owner: ecpay-forwarder. One claim per client and invoice, ever: a registered row is never
replaced by anything less, whichever worker commits last. Others read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)

from shared.store.engine import Store
from shared.store.insert import upsert
from shared.store.tables import Ore, UtcInstant, metadata
from shared.store.write import Write


class ClaimState(StrEnum):
    """What became of a hand-over.

    REGISTERED is for good. REJECTED needs a person, who may hand over again. WAITING was
    refused for now and is tried again by itself. NOT_NEEDED was paid or credited in time.
    """

    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"
    WAITING = "WAITING"
    NOT_NEEDED = "NOT_NEEDED"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The hand-over of one invoice.

    Attributes:
        outstanding_handed_over: The principal as ECPay was told it.
        code: ECPay's code of the last refusal, or why no claim was needed.
        refusals: How often ECPay has refused and remembered it; part of the next key.
    """

    client_id: str
    invoice_id: int
    claim_reference: str
    state: ClaimState
    invoice_number: str
    invoice_date: date
    due_date: date
    original_amount: Decimal
    outstanding_handed_over: Decimal
    currency: str
    updated_at: datetime
    claim_id: str | None = None
    case_number: str | None = None
    entry_stage: str | None = None
    code: str | None = None
    refusals: int = 0
    registered_at: datetime | None = None


CLAIMS = Table(
    "claims",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("invoice_id", BigInteger, primary_key=True, autoincrement=False),
    Column("claim_reference", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("invoice_number", String(40), nullable=False),
    Column("invoice_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("original_amount", Ore, nullable=False),
    Column("outstanding_handed_over", Ore, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("claim_id", String(64)),
    Column("case_number", String(64)),
    Column("entry_stage", String(40)),
    Column("code", String(60)),
    Column("refusals", Integer, nullable=False),
    Column("registered_at", UtcInstant),
    UniqueConstraint("client_id", "claim_reference"),
)

_SAVE_CLAIM = upsert(CLAIMS, final=(ClaimState.REGISTERED,))


def save_claim(claim: HandedOver) -> Write:
    """Return the write that keeps a hand-over, unless a registered one is there already."""
    return Write(_SAVE_CLAIM, asdict(claim))


_BY_REFERENCE = select(CLAIMS).where(
    CLAIMS.c.client_id == bindparam("of_client"),
    CLAIMS.c.claim_reference.in_(bindparam("wanted", expanding=True)),
)
_OF_CLIENT = (
    select(CLAIMS).where(CLAIMS.c.client_id == bindparam("of_client")).order_by("invoice_id")
)


async def find_claims(
    store: Store, client_id: str, references: Collection[str]
) -> Mapping[str, HandedOver]:
    """Return the hand-overs with these claim references, by reference."""
    if not references:
        return {}
    parameters = {"of_client": client_id, "wanted": sorted(references)}
    rows = await store.rows(_BY_REFERENCE, parameters)
    return {row.claim_reference: _claim(row) for row in rows}


async def claims_of(store: Store, client_id: str) -> tuple[HandedOver, ...]:
    """Return every hand-over of a client, by invoice id."""
    rows = await store.rows(_OF_CLIENT, {"of_client": client_id})
    return tuple(_claim(row) for row in rows)


def _claim(row: Row[Any]) -> HandedOver:
    values = dict(row._mapping)  # noqa: SLF001  # the documented way to read a row by name
    return HandedOver(**values | {"state": ClaimState(values["state"])})
