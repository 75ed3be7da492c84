"""What one message leaves in the database, and the transaction that leaves it for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from shared.bus.port import Delivery
from shared.messages.catalog import caused_by
from shared.pipeline.copies import Place, dead_letter, failed_try, later_try
from shared.pipeline.outcomes import Dead, Done
from shared.pipeline.taken import Illegible, Taken
from shared.pipeline.verdict import RetryAt, Verdict
from shared.store import inbox
from shared.store.apply import apply
from shared.store.attempts import attempted
from shared.store.engine import Store
from shared.store.outbox import OutboxRow, added, staged
from shared.store.write import Write

LEASE = timedelta(seconds=30)
"""How long a fresh row is left to the process that wrote it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One message's part of the transaction.

    Attributes:
        claims: Id to claim in the inbox; None when it may come again.
        became: For counting: ``done``, ``retry`` or ``dead``.
        observed_at: For counting: when the fact was observed; None unless it is done.
    """

    delivery: Delivery
    became: str
    reason: str = ""
    claims: UUID | None = None
    observed_at: datetime | None = None
    writes: tuple[Write, ...] = ()
    rows: tuple[OutboxRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a transaction left behind.

    Attributes:
        kept: What counted.
        lost: Messages that another replica had handled meanwhile; nothing of them was kept.
        fresh: Rows to publish now, leased to us.
    """

    kept: tuple[Settled, ...] = ()
    lost: tuple[Settled, ...] = ()
    fresh: tuple[OutboxRow, ...] = ()

    def __add__(self, other: Committed) -> Committed:
        """Return both together."""
        return Committed(
            self.kept + other.kept,
            self.lost + other.lost,
            self.fresh + other.fresh,
        )


def settle(taken: Taken, verdict: Verdict, place: Place, *, now: datetime) -> Settled:
    """Return what a message leaves behind under a verdict."""
    delivery = taken.delivery
    match verdict:
        case Done():
            message = taken.incoming.message
            effects = caused_by(message, verdict.messages)
            rows = tuple(staged(effect, now=now) for effect in effects)
            return Settled(
                delivery,
                "done",
                claims=message.id,
                observed_at=message.time,
                writes=verdict.writes,
                rows=rows,
            )
        case RetryAt():
            row = later_try(delivery, verdict, now=now)
            counted = verdict.attempt > taken.incoming.attempt  # an outage leaves no history
            history = (attempted(failed_try(delivery, verdict.fault, now=now)),) if counted else ()
            return Settled(
                delivery,
                "retry",
                reason=type(verdict.fault).__name__,
                writes=(*verdict.writes, *history),
                rows=(row,),
            )
        case Dead():
            return bury(delivery, verdict, place, now=now)
        case _:  # pragma: no cover  # mypy proves that nothing comes here
            assert_never(verdict)


def bury(delivery: Delivery, verdict: Dead, place: Place, *, now: datetime) -> Settled:
    """Return what a message leaves behind that is given up."""
    fault = verdict.fault
    return Settled(
        delivery,
        "dead",
        reason=type(fault).__name__,
        writes=(*verdict.writes, attempted(failed_try(delivery, fault, now=now))),
        rows=(dead_letter(delivery, fault, place, now=now),),
    )


def bury_illegible(illegible: Illegible, place: Place, *, now: datetime) -> Settled:
    """Return what a delivery leaves behind whose bytes are no message."""
    return bury(illegible.delivery, Dead(illegible.fault), place, now=now)


async def commit(
    store: Store, queue: str, settled: Sequence[Settled], *, now: datetime
) -> Committed:
    """Commit what a batch leaves behind, in one transaction.

    Raises:
        Outage: The database does not answer.
        Transient: It asks for another try.
        Bug: It refused a write; nothing was kept.
    """
    claims = [one.claims for one in settled if one.claims is not None]
    async with store.begin() as connection:
        won = await inbox.claim(connection, queue, claims, now=now) if claims else frozenset()
        kept = tuple(one for one in settled if one.claims is None or one.claims in won)
        await apply(connection, [write for one in kept for write in one.writes])
        rows = [_leased(row, now=now) for one in kept for row in one.rows]
        await apply(connection, [added(row) for row in rows])
    return Committed(
        kept=kept,
        lost=tuple(one for one in settled if one.claims is not None and one.claims not in won),
        fresh=tuple(row for row in rows if row.leased_until is not None),
    )


def _leased(row: OutboxRow, *, now: datetime) -> OutboxRow:
    return replace(row, leased_until=now + LEASE) if row.available_at <= now else row
