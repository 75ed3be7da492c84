"""The intent journal of one booking, held by one worker.

Every change is committed by itself, together with the renewal of the worker's lease: a worker
that lost the lease cannot write an intent, so it makes no further call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from shared.clock import Clock
from shared.store import bookings
from shared.store.bookings import Booking, Lease, Step, StepKind, StepState
from shared.store.engine import Store


class Journal:
    """Reads and writes the steps of one booking."""

    def __init__(self, store: Store, clock: Clock, *, lease: Lease, settlement_id: str) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self.settlement_id = settlement_id
        self._steps: dict[tuple[StepKind, str], Step] = {}

    async def load(self) -> None:
        """Read what earlier attempts have written."""
        found = await bookings.steps(self._store, self._lease.client_id, self.settlement_id)
        self._steps = {(step.kind, step.key): step for step in found}

    @property
    def steps(self) -> Sequence[Step]:
        """Return every step in the order in which it was begun."""
        return tuple(self._steps.values())

    def is_draft(self, *, wanted: bool) -> bool:
        """Tell whether this is booked as a draft: as it was begun, else as is wanted now.

        A client may change its mind between two attempts, and half a settlement each way would
        book the principal twice.
        """
        kinds = {step.kind for step in self._steps.values()}
        if StepKind.INVOICE_PAYMENT in kinds:
            return False
        for step in self._steps.values():
            if step.kind is StepKind.RESIDUAL_VOUCHER:
                return bool(step.seen.get("draft"))
        return wanted

    def step(self, kind: StepKind, key: str) -> Step | None:
        """Return a step, None before it was intended."""
        return self._steps.get((kind, key))

    def is_done(self, kind: StepKind, key: str) -> bool:
        """Tell whether a step was completed."""
        step = self.step(kind, key)
        return step is not None and step.state is StepState.DONE

    async def intend(
        self,
        kind: StepKind,
        key: str,
        *,
        invoice_id: int | None = None,
        amount: Decimal | None = None,
        booking_date: date | None = None,
        seen: Mapping[str, Any] | None = None,
    ) -> Step:
        """Write down a call that is about to be made.

        Raises:
            NotYet: Another worker has taken over; the call must not be made.
        """
        step = Step(
            client_id=self._lease.client_id,
            settlement_id=self.settlement_id,
            key=key,
            kind=kind,
            state=StepState.INTENDED,
            intended_at=self._clock.now(),
            invoice_id=invoice_id,
            amount=amount,
            booking_date=booking_date,
            seen=dict(seen or {}),
        )
        await self._write(step)
        return step

    async def complete(self, step: Step, found: Mapping[str, Any]) -> None:
        """Write down what a call has made.

        Raises:
            NotYet: Another worker has taken over; it will find what this call made.
        """
        done_at = self._clock.now()
        await self._write(replace(step, state=StepState.DONE, found=dict(found), done_at=done_at))

    async def postings_of_payments(self, invoice_id: int) -> frozenset[int]:
        """Return the postings on an invoice that are known to be of our completed payments."""
        made = await bookings.payments_on(self._store, self._lease.client_id, invoice_id)
        return frozenset(id_ for step in made for id_ in step.found.get("postings", ()))

    async def save(self, booking: Booking) -> None:
        """Write down the state of the booking."""
        await bookings.write_booking(self._store, self._lease, booking, now=self._clock.now())

    async def _write(self, step: Step) -> None:
        await bookings.write_step(self._store, self._lease, step, now=self._clock.now())
        self._steps[step.kind, step.key] = step
