"""Settlements as they were received and judged.

Owner: payment-reconciler. A settlement is kept once, with its whole content: bookkeeping law
wants it for five years, and a person who releases one must see what was held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel
from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    select,
    update,
)

from shared.messages.catalog import SETTLEMENT_RECONCILED, AnyEvent, event
from shared.messages.settlements import (
    BrokenRule,
    MatchedLine,
    ReconciledSettlement,
    Settlement,
    SettlementLine,
    SettlementTotals,
)
from shared.store.engine import Store
from shared.store.insert import insert_new, upsert
from shared.store.tables import Document, Ore, UtcInstant, metadata
from shared.store.write import Write


class SettlementState(StrEnum):
    """What was found: RECONCILED goes on to booking, QUARANTINED waits for a person."""

    RECONCILED = "RECONCILED"
    QUARANTINED = "QUARANTINED"


@dataclass(frozen=True, slots=True)
class JudgedSettlement:
    """A settlement and the verdict on it.

    Attributes:
        content: Digest of everything that may never change under one settlement id.
        body: The settlement as it was received.
        matches: The invoices its lines belong to, as far as they are ours.
        releases: How often a person sent it on again.
    """

    client_id: str
    settlement_id: str
    settlement_number: int
    state: SettlementState
    content: str
    body: Settlement
    matches: tuple[MatchedLine, ...]
    broken_rules: tuple[BrokenRule, ...]
    judged_at: datetime
    releases: int = 0


def to_booking(judged: JudgedSettlement, *, now: datetime, mark: str = "") -> AnyEvent:
    """Return the message that sends a settlement to booking; ``mark`` makes it another one."""
    return event(
        SETTLEMENT_RECONCILED,
        ReconciledSettlement(
            client_id=judged.client_id, settlement=judged.body, matches=judged.matches
        ),
        subject=judged.settlement_id,
        system="restanse",
        time=now,
        key=f"{judged.settlement_id}:{judged.content}{mark}",
    )


SETTLEMENTS = Table(
    "settlements",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("settlement_id", String(64), primary_key=True),
    Column("settlement_number", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("content", String(64), nullable=False),
    Column("settlement_date", Date, nullable=False),
    Column("payout_date", Date),
    Column("previous_balance", Ore, nullable=False),
    Column("net_payout", Ore, nullable=False),
    Column("carried_forward", Ore, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("body", Document, nullable=False),
    Column("matches", Document, nullable=False),
    Column("broken_rules", Document, nullable=False),
    Column("judged_at", UtcInstant, nullable=False),
    Column("releases", Integer, nullable=False),
    Index("ix_settlements_settlement_number", "client_id", "settlement_number"),
)

SETTLEMENT_LINES = Table(
    "settlement_lines",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("settlement_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("settlement_number", Integer, nullable=False),
    Column("line_id", String(64), nullable=False),
    Column("claim_reference", String(64), nullable=False),
    Column("type", String(40), nullable=False),
    Column("received_by", String(40), nullable=False),
    Column("paid_by_debtor", Ore, nullable=False),
    Column("principal", Ore, nullable=False),
    Column("remaining_principal", Ore, nullable=False),
    Column("net_to_client", Ore, nullable=False),
    Column("booking_date", Date, nullable=False),
    Index("ix_settlement_lines_line_id", "client_id", "line_id"),
    Index("ix_settlement_lines_claim_reference", "client_id", "claim_reference"),
)

_ONE = select(SETTLEMENTS).where(
    SETTLEMENTS.c.client_id == bindparam("wanted_client"),
    SETTLEMENTS.c.settlement_id == bindparam("wanted_id"),
)
_CARRIED = (
    select(SETTLEMENTS.c.carried_forward)
    .where(
        SETTLEMENTS.c.client_id == bindparam("wanted_client"),
        SETTLEMENTS.c.settlement_number == bindparam("wanted_number"),
    )
    .order_by(SETTLEMENTS.c.judged_at)
    .limit(1)
)
_SAVE = upsert(SETTLEMENTS, keep=("releases",))
_SAVE_LINE = insert_new(SETTLEMENT_LINES)
_RELEASE = (
    update(SETTLEMENTS)
    .where(
        SETTLEMENTS.c.client_id == bindparam("of_client"),
        SETTLEMENTS.c.settlement_id == bindparam("of_settlement"),
    )
    .values(releases=SETTLEMENTS.c.releases + 1)
)


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A line of an earlier settlement, as far as the checks look at it."""

    line_id: str
    claim_reference: str
    received_by: str
    principal: Decimal
    remaining_principal: Decimal


class Content(Protocol):
    """What may never change under one settlement id, lines aside: those have the checksum."""

    @property
    def settlement_number(self) -> int:
        """Return the running number."""

    @property
    def checksum(self) -> str:
        """Return ECPay's digest of the lines."""

    @property
    def settlement_date(self) -> date:
        """Return the day of the settlement."""

    @property
    def currency(self) -> str:
        """Return the currency of all amounts."""

    @property
    def previous_balance(self) -> Decimal:
        """Return what the settlement before carried forward."""

    @property
    def net_payout(self) -> Decimal:
        """Return what is transferred."""

    @property
    def carried_forward(self) -> Decimal:
        """Return what is left for the next settlement."""

    @property
    def totals(self) -> BaseModel:
        """Return the sums over the lines."""


def content_digest(settlement: Content) -> str:
    """Return the digest of what may never change under one settlement id.

    ECPay's checksum covers the lines only; the amounts of the header are as final. A header
    without its lines gives the same digest as the whole settlement.
    """
    totals = {name: f"{amount:.2f}" for name, amount in settlement.totals}
    parts = (
        f"{settlement.settlement_number}",
        settlement.checksum,
        settlement.settlement_date.isoformat(),
        settlement.currency,
        f"{settlement.previous_balance:.2f}",
        f"{settlement.net_payout:.2f}",
        f"{settlement.carried_forward:.2f}",
        *(f"{name}={totals[name]}" for name in sorted(SettlementTotals.model_fields)),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def find(store: Store, client_id: str, settlement_id: str) -> JudgedSettlement | None:
    """Return a settlement, or None if it was not judged yet."""
    rows = await store.rows(_ONE, {"wanted_client": client_id, "wanted_id": settlement_id})
    return _judged(rows[0]) if rows else None


async def listed(
    store: Store, client_id: str | None = None, *, limit: int = 200
) -> Sequence[JudgedSettlement]:
    """Return settlements, the newest first."""
    statement = (
        select(SETTLEMENTS)
        .order_by(SETTLEMENTS.c.settlement_date.desc(), SETTLEMENTS.c.settlement_number.desc())
        .limit(limit)
    )
    if client_id is not None:
        statement = statement.where(SETTLEMENTS.c.client_id == client_id)
    return [_judged(row) for row in await store.rows(statement)]


async def contents(
    store: Store, client_id: str, settlement_ids: Iterable[str]
) -> Mapping[str, str]:
    """Return the content digests of the settlements that are known, by id."""
    rows = await store.rows(
        select(SETTLEMENTS.c.settlement_id, SETTLEMENTS.c.content).where(
            SETTLEMENTS.c.client_id == client_id,
            SETTLEMENTS.c.settlement_id.in_(tuple(settlement_ids)),
        )
    )
    return {row.settlement_id: row.content for row in rows}


async def carried_forward(store: Store, client_id: str, number: int) -> Decimal | None:
    """Return what a settlement carried forward, None if it was not judged yet."""
    rows = await store.rows(_CARRIED, {"wanted_client": client_id, "wanted_number": number})
    return rows[0].carried_forward if rows else None


async def lines_before(
    store: Store, client_id: str, number: int, references: Iterable[str]
) -> Sequence[EarlierLine]:
    """Return the lines of these claims in the settlements before a number, in order."""
    lines = SETTLEMENT_LINES.c
    rows = await store.rows(
        select(
            lines.line_id,
            lines.claim_reference,
            lines.received_by,
            lines.principal,
            lines.remaining_principal,
        )
        .where(
            lines.client_id == client_id,
            lines.settlement_number < number,
            lines.claim_reference.in_(tuple(references)),
        )
        .order_by(lines.settlement_number, lines.position)
    )
    return [EarlierLine(**row._mapping) for row in rows]  # noqa: SLF001  # a row's public mapping


async def lines_elsewhere(
    store: Store, client_id: str, settlement_id: str, line_ids: Iterable[str]
) -> Mapping[str, str]:
    """Return which of these lines stand in another settlement, with its id."""
    lines = SETTLEMENT_LINES.c
    rows = await store.rows(
        select(lines.line_id, lines.settlement_id).where(
            lines.client_id == client_id,
            lines.settlement_id != settlement_id,
            lines.line_id.in_(tuple(line_ids)),
        )
    )
    return {row.line_id: row.settlement_id for row in rows}


def save(judged: JudgedSettlement) -> tuple[Write, ...]:
    """Return the writes that keep a settlement, its lines and the verdict."""
    body = judged.body
    head = Write(
        _SAVE,
        {
            "client_id": judged.client_id,
            "settlement_id": judged.settlement_id,
            "settlement_number": judged.settlement_number,
            "state": judged.state.value,
            "content": judged.content,
            "settlement_date": body.settlement_date,
            "payout_date": body.payout_date,
            "previous_balance": body.previous_balance,
            "net_payout": body.net_payout,
            "carried_forward": body.carried_forward,
            "line_count": body.line_count,
            "body": body.model_dump(mode="json"),
            "matches": [match.model_dump(mode="json") for match in judged.matches],
            "broken_rules": [rule.model_dump(mode="json") for rule in judged.broken_rules],
            "judged_at": judged.judged_at,
            "releases": judged.releases,
        },
    )
    return head, *(_save_line(body, place, line) for place, line in enumerate(body.lines, 1))


def count_release(client_id: str, settlement_id: str) -> Write:
    """Return the write that remembers that a person sent a settlement on again."""
    return Write(_RELEASE, {"of_client": client_id, "of_settlement": settlement_id})


def _save_line(settlement: Settlement, position: int, line: SettlementLine) -> Write:
    return Write(
        _SAVE_LINE,
        {
            "client_id": settlement.client_id,
            "settlement_id": settlement.settlement_id,
            "position": position,
            "settlement_number": settlement.settlement_number,
            "line_id": line.line_id,
            "claim_reference": line.claim_reference,
            "type": line.type,
            "received_by": line.received_by,
            "paid_by_debtor": line.paid_by_debtor,
            "principal": line.allocation.principal,
            "remaining_principal": line.remaining_principal,
            "net_to_client": line.net_to_client,
            "booking_date": line.booking_date,
        },
    )


def _judged(row: Row[Any]) -> JudgedSettlement:
    return JudgedSettlement(
        client_id=row.client_id,
        settlement_id=row.settlement_id,
        settlement_number=row.settlement_number,
        state=SettlementState(row.state),
        content=row.content,
        body=Settlement.model_validate(row.body),
        matches=tuple(MatchedLine.model_validate(match) for match in row.matches),
        broken_rules=tuple(BrokenRule.model_validate(rule) for rule in row.broken_rules),
        judged_at=row.judged_at,
        releases=row.releases,
    )
