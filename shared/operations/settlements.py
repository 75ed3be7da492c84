"""Settlements: where each one stands, and sending on one that was held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from shared.faults import Conflict, Invalid
from shared.messages.catalog import SETTLEMENT_ISSUED, AnyEvent, event
from shared.messages.money import Money
from shared.messages.settlements import BrokenRule, SettlementLine
from shared.operations.acts import Act
from shared.store import bookings, settlements
from shared.store.bookings import Booking, BookingState, Lease
from shared.store.engine import Store
from shared.store.lookups import settlement_keys
from shared.store.outbox import added, staged
from shared.store.settlements import JudgedSettlement, SettlementState, count_release


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One settlement in a list.

    Attributes:
        state: QUARANTINED, RECONCILED, BOOKING, HELD or BOOKED.
        reason: Why it does not go on, empty when it does.
    """

    client_id: str
    settlement_id: str
    settlement_number: int
    state: str
    settlement_date: date
    payout_date: date | None
    lines: int
    net_payout: Money
    carried_forward: Money
    booking_date: date | None
    booked_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a settlement."""

    line_id: str
    type: str
    invoice_number: str
    case_number: str
    received_by: str
    paid_by_debtor: Money
    principal: Money
    interest: Money
    fees: Money
    vat_set_off: Money
    net_to_client: Money


@dataclass(frozen=True, slots=True)
class StepRow:
    """One call of a booking."""

    kind: str
    key: str
    state: str
    amount: Money | None
    made: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettlementFile:
    """Everything our books hold on one settlement."""

    row: SettlementRow
    broken_rules: tuple[BrokenRule, ...]
    lines: tuple[LineRow, ...]
    steps: tuple[StepRow, ...]


async def list_settlements(
    store: Store, client_id: str | None = None, *, limit: int = 200
) -> tuple[SettlementRow, ...]:
    """Return settlements, the newest first."""
    judged = await settlements.listed(store, client_id, limit=limit)
    found = {
        (each.client_id, each.settlement_id): each
        for each in await bookings.listed(store, client_id, limit=limit * 2)
    }
    return tuple(_row(each, found.get((each.client_id, each.settlement_id))) for each in judged)


async def show_settlement(
    store: Store, wanted: str, *, client_id: str | None = None
) -> SettlementFile:
    """Return one settlement with its lines and what was booked of it.

    Raises:
        Invalid: There is none with that number or id.
        Conflict: Several clients have one; say whose.
    """
    judged = await _find(store, wanted, client_id)
    booking = await bookings.find(store, judged.client_id, judged.settlement_id)
    steps = await bookings.steps(store, judged.client_id, judged.settlement_id)
    return SettlementFile(
        row=_row(judged, booking),
        broken_rules=judged.broken_rules,
        lines=tuple(_line(line) for line in judged.body.lines),
        steps=tuple(_step(step) for step in steps),
    )


async def release_settlement(
    store: Store, wanted: str, *, client_id: str | None, booking_date: date | None, by: Act
) -> SettlementRow:
    """Send a settlement on that was held: to the checks again, or to its booking.

    Args:
        store: The database.
        wanted: Its number or id.
        client_id: Whose; needed when a number fits several.
        booking_date: Book it on this day instead of the settlement's own.
        by: Who, and why.

    Raises:
        Invalid: There is none with that number or id, or it is not booked yet and has no date.
        Conflict: It is not held.
    """
    judged = await _find(store, wanted, client_id)
    key = (judged.client_id, judged.settlement_id)
    booking = await bookings.find(store, *key)
    if judged.state is SettlementState.QUARANTINED:
        message = _judge_again(judged, by.at)
    elif booking is not None and booking.state is BookingState.HELD:
        if booking_date is not None:
            booking = await _redate(store, booking, booking_date, by)
        message = _book_again(judged, by.at)
    else:
        raise Conflict(
            f"settlement {judged.settlement_number} is {_row(judged, booking).state}, not held",
            code="NOT_HELD",
        )
    detail = {"booking_date": booking_date.isoformat() if booking_date else None}
    await store.commit(
        [
            count_release(*key),
            added(staged(message, now=by.at)),
            by.written("settlement release", client_id=key[0], subjects=(key[1],), detail=detail),
        ]
    )
    return _row(judged, booking)


def _judge_again(judged: JudgedSettlement, now: datetime) -> AnyEvent:
    return event(
        SETTLEMENT_ISSUED,
        judged.body,
        subject=judged.settlement_id,
        system="restanse",
        time=now,
        key=f"{judged.settlement_id}:{judged.content}:release {judged.releases + 1}",
    )


def _book_again(judged: JudgedSettlement, now: datetime) -> AnyEvent:
    return settlements.to_booking(judged, now=now, mark=f":release {judged.releases + 1}")


async def _redate(store: Store, booking: Booking, day: date, by: Act) -> Booking:
    """Move a booking to another day, unless a worker has it in hand."""
    moved = replace(booking, booking_date=day, updated_at=by.at)
    lease = Lease(booking.client_id, f"operator-{uuid4()}")
    await bookings.take_lease(store, lease, now=by.at)
    try:
        await bookings.write_booking(store, lease, moved, now=by.at)
    finally:
        await bookings.give_back(store, lease)
    return moved


async def _find(store: Store, wanted: str, client_id: str | None) -> JudgedSettlement:
    keys = await settlement_keys(store, wanted, client_id=client_id)
    if len(keys) > 1:
        owners = ", ".join(sorted(owner for owner, _ in keys))
        raise Conflict(f"several clients have a settlement {wanted}: {owners}; add --client")
    found = await settlements.find(store, *keys[0]) if keys else None
    if found is None:
        raise Invalid(
            f"there is no settlement {wanted}; 'restanse settlement list' shows them all",
            code="UNKNOWN_SETTLEMENT",
        )
    return found


def _row(judged: JudgedSettlement, booking: Booking | None) -> SettlementRow:
    body = judged.body
    return SettlementRow(
        client_id=judged.client_id,
        settlement_id=judged.settlement_id,
        settlement_number=judged.settlement_number,
        state=_state(judged, booking),
        settlement_date=body.settlement_date,
        payout_date=body.payout_date,
        lines=body.line_count,
        net_payout=Money(amount=body.net_payout, currency=body.currency),
        carried_forward=Money(amount=body.carried_forward, currency=body.currency),
        booking_date=booking.booking_date if booking else None,
        booked_at=booking.booked_at if booking else None,
        reason=_reason(judged, booking),
    )


def _state(judged: JudgedSettlement, booking: Booking | None) -> str:
    if booking is not None and booking.state is BookingState.BOOKED:
        return booking.state.value
    if judged.state is SettlementState.QUARANTINED or booking is None:
        return judged.state.value
    return booking.state.value


def _reason(judged: JudgedSettlement, booking: Booking | None) -> str:
    if judged.state is SettlementState.QUARANTINED:
        return ", ".join(sorted({rule.rule for rule in judged.broken_rules}))
    is_held = booking is not None and booking.state is BookingState.HELD
    return booking.reason if booking is not None and is_held else ""


def _line(line: SettlementLine) -> LineRow:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=line.currency)

    return LineRow(
        line_id=line.line_id,
        type=line.type,
        invoice_number=line.invoice_number,
        case_number=line.case_number,
        received_by=line.received_by,
        paid_by_debtor=money(line.paid_by_debtor),
        principal=money(line.allocation.principal),
        interest=money(line.allocation.interest),
        fees=money(line.allocation.reminder_fee + line.allocation.collection_fee),
        vat_set_off=money(line.vat.set_off),
        net_to_client=money(line.net_to_client),
    )


def _step(step: bookings.Step) -> StepRow:
    made = ", ".join(f"{name} {value}" for name, value in sorted(step.found.items()))
    return StepRow(
        kind=step.kind.value,
        key=step.key,
        state=step.state.value,
        amount=None if step.amount is None else Money(amount=step.amount),
        made=made,
        done_at=step.done_at,
    )
