"""When each client is looked at in Tripletex, and what was open there the last time.

Owner: the poller. The open posts of a client are kept as one row per customer, so that a poll
finds out from one list which customers' ledgers have moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)

from shared.store.clients import CLIENTS, ClientState
from shared.store.engine import Store
from shared.store.insert import insert_new, upsert
from shared.store.tables import Document, UtcInstant, metadata
from shared.store.write import Write

POLL_CURSORS = Table(
    "poll_cursors",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("next_poll_at", UtcInstant, nullable=False, index=True),
    Column("next_sweep_at", UtcInstant, nullable=False),
    Column("receivable_accounts", Document),
    Column("polled_at", UtcInstant),
)

OPEN_POSTS = Table(
    "open_posts",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("posts", Document, nullable=False),
)

OTHER_VOUCHERS = Table(
    "other_vouchers",
    metadata,
    Column("client_id", String(40), primary_key=True),
    Column("voucher_id", BigInteger, primary_key=True, autoincrement=False),
)
"""Vouchers of open posts that turned out to be no invoices: payments, opening balances."""

POLLED = (ClientState.ACTIVE, ClientState.PAUSED)
"""Clients that are looked at; a paused one only for what it has handed over already."""


@dataclass(frozen=True, slots=True)
class PollCursor:
    """Where the polling of one client stands.

    Attributes:
        receivable_accounts: Ids of the accounts its customers' debts are kept on, empty until
            they were read.
    """

    client_id: str
    next_poll_at: datetime
    next_sweep_at: datetime
    receivable_accounts: tuple[int, ...] = ()
    polled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueClient:
    """A client whose poll has been claimed; ``sweep`` says that a full one is due."""

    client_id: str
    sweep: bool


_CHUNK = 500
_NOW = bindparam("now", type_=UtcInstant)
_IS_DUE = and_(CLIENTS.c.state.in_(POLLED), POLL_CURSORS.c.next_poll_at <= _NOW)
_NEW_CLIENTS = (
    select(CLIENTS.c.client_id)
    .outerjoin(POLL_CURSORS, POLL_CURSORS.c.client_id == CLIENTS.c.client_id)
    .where(CLIENTS.c.state.in_(POLLED), POLL_CURSORS.c.client_id.is_(None))
)
_DUE = (
    select(POLL_CURSORS.c.client_id)
    .join(CLIENTS, CLIENTS.c.client_id == POLL_CURSORS.c.client_id)
    .where(_IS_DUE)
    .order_by(POLL_CURSORS.c.next_poll_at)
)
_TAKEN = _DUE.limit(bindparam("most", type_=Integer)).with_for_update(
    skip_locked=True, of=POLL_CURSORS
)
_CLAIM = (
    update(POLL_CURSORS)
    .where(POLL_CURSORS.c.client_id.in_(_TAKEN), POLL_CURSORS.c.next_poll_at <= _NOW)
    .values(next_poll_at=bindparam("next", type_=UtcInstant))
    .returning(POLL_CURSORS.c.client_id, POLL_CURSORS.c.next_sweep_at)
)
_SWEPT = (
    update(POLL_CURSORS)
    .where(POLL_CURSORS.c.client_id == bindparam("swept"))
    .values(next_sweep_at=bindparam("next", type_=UtcInstant))
)
_ADD = insert_new(POLL_CURSORS)
_CURSOR = select(POLL_CURSORS).where(POLL_CURSORS.c.client_id == bindparam("wanted"))
_KEEP_CURSOR = upsert(POLL_CURSORS, keep=("next_poll_at", "next_sweep_at"))
_OTHER = insert_new(OTHER_VOUCHERS)
_OTHERS = select(OTHER_VOUCHERS.c.voucher_id).where(
    OTHER_VOUCHERS.c.client_id == bindparam("wanted"),
    OTHER_VOUCHERS.c.voucher_id.in_(bindparam("ids", expanding=True)),
)
_POSTS = select(OPEN_POSTS).where(OPEN_POSTS.c.client_id == bindparam("wanted"))
_KEEP_POSTS = upsert(OPEN_POSTS)
_DROP_POSTS = delete(OPEN_POSTS).where(
    OPEN_POSTS.c.client_id == bindparam("wanted"), OPEN_POSTS.c.customer_id == bindparam("gone")
)


async def claim_due(
    store: Store, *, now: datetime, every: timedelta, next_sweep: datetime, limit: int = 50
) -> Sequence[DueClient]:
    """Claim the clients whose poll is due; each is claimed by one replica only.

    Args:
        store: The database.
        now: The present instant.
        every: Time until a claimed client is due again.
        next_sweep: When a client that is new or swept now is swept the next time.
        limit: Most clients claimed at once.
    """
    new = [row.client_id for row in await store.rows(_NEW_CLIENTS)]
    if new:
        await store.commit([_added(client_id, now, next_sweep) for client_id in new])
    if not await store.rows(_DUE.limit(1), {"now": now}):
        return ()  # an idle tick takes no lock
    async with store.begin() as connection:
        parameters = {"now": now, "most": limit, "next": now + every}
        claimed = (await connection.execute(_CLAIM, parameters)).all()
        swept = {row.client_id for row in claimed if row.next_sweep_at <= now}
        if swept:
            due = [{"swept": client_id, "next": next_sweep} for client_id in sorted(swept)]
            await connection.execute(_SWEPT, due)
    return [DueClient(row.client_id, row.client_id in swept) for row in claimed]


async def poll_cursor(store: Store, client_id: str) -> PollCursor | None:
    """Return where the polling of a client stands, None before its first poll."""
    rows = await store.rows(_CURSOR, {"wanted": client_id})
    if not rows:
        return None
    row = rows[0]
    return PollCursor(
        client_id=row.client_id,
        next_poll_at=row.next_poll_at,
        next_sweep_at=row.next_sweep_at,
        receivable_accounts=tuple(row.receivable_accounts or ()),
        polled_at=row.polled_at,
    )


def keep_cursor(cursor: PollCursor) -> Write:
    """Return the write that notes a poll; when the next is due stays as it was claimed."""
    return Write(
        _KEEP_CURSOR,
        {
            "client_id": cursor.client_id,
            "next_poll_at": cursor.next_poll_at,
            "next_sweep_at": cursor.next_sweep_at,
            "receivable_accounts": list(cursor.receivable_accounts),
            "polled_at": cursor.polled_at,
        },
    )


async def open_posts(store: Store, client_id: str) -> Mapping[int, Sequence[str]]:
    """Return what was open at the last poll, by customer; each post as one line of text."""
    rows = await store.rows(_POSTS, {"wanted": client_id})
    return {row.customer_id: tuple(row.posts) for row in rows}


def keep_open_posts(client_id: str, customer_id: int, posts: Sequence[str]) -> Write:
    """Return the write that replaces what is open for a customer."""
    if not posts:
        return Write(_DROP_POSTS, {"wanted": client_id, "gone": customer_id})
    row = {"client_id": client_id, "customer_id": customer_id, "posts": list(posts)}
    return Write(_KEEP_POSTS, row)


async def other_vouchers(
    store: Store, client_id: str, voucher_ids: Collection[int]
) -> frozenset[int]:
    """Return those of these vouchers that are known to be no invoices."""
    ordered = sorted(voucher_ids)
    found: set[int] = set()
    for start in range(0, len(ordered), _CHUNK):
        ids = ordered[start : start + _CHUNK]
        rows = await store.rows(_OTHERS, {"wanted": client_id, "ids": ids})
        found.update(row.voucher_id for row in rows)
    return frozenset(found)


def other_voucher(client_id: str, voucher_id: int) -> Write:
    """Return the write that notes a voucher that is no invoice, so it is not read again."""
    return Write(_OTHER, {"client_id": client_id, "voucher_id": voucher_id})


def _added(client_id: str, now: datetime, next_sweep: datetime) -> Write:
    row = {"client_id": client_id, "next_poll_at": now, "next_sweep_at": next_sweep}
    return Write(_ADD, row)
