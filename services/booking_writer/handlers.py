"""Books reconciled settlements, one client at a time.

Safe to repeat at any moment: what an attempt has done stands in the journal, and what it may
have done is looked up in Tripletex.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import structlog

from services.booking_writer import holds
from services.booking_writer.books import Books, Charts
from services.booking_writer.holds import Hold
from services.booking_writer.journal import Journal
from services.booking_writer.late_statements import is_overdue
from services.booking_writer.saga import Saga
from services.booking_writer.vouchers import Plan, external_number, plan
from shared.clock import Clock
from shared.faults import NotYet
from shared.messages.catalog import SETTLEMENT_BOOKED, AnyEvent, event
from shared.messages.settlements import BookedSettlement, ReconciledSettlement
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.client import Ecpay
from shared.providers.tripletex.client import Tripletex
from shared.store import bookings, clients, settlements
from shared.store.bookings import Booking, BookingState, Lease, StepKind, StepState
from shared.store.clients import BookingMode, Client
from shared.store.engine import Store
from shared.store.seal import Sealer
from shared.store.settlements import SettlementState
from shared.store.tasks import open_task
from shared.store.write import Write

log = structlog.get_logger()


class BookingWriter:
    """Handles reconciled settlements; safe to share between tasks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        sealer: Sealer,
        tripletex: Tripletex,
        ecpay: Ecpay,
        random: Random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer
        self._tripletex = tripletex
        self._ecpay = ecpay
        self._random = random
        self._charts = Charts()

    async def __call__(self, incoming: Incoming) -> Done:
        """Book one settlement and acknowledge it.

        Raises:
            NotYet: Another worker books for the client, or a line to take back is not booked.
            Transient: An answer was lost; the next attempt looks.
        """
        reconciled: ReconciledSettlement = incoming.message.data
        client = await clients.client(self._store, reconciled.client_id)
        lease = Lease(client.client_id, f"{self._random.getrandbits(128):032x}")
        await bookings.take_lease(self._store, lease, now=self._clock.now())
        try:
            return await self._book(reconciled, client, lease)
        finally:
            await bookings.give_back(self._store, lease)

    async def _book(self, reconciled: ReconciledSettlement, client: Client, lease: Lease) -> Done:
        settlement = reconciled.settlement
        if await self._is_quarantined(client.client_id, settlement.settlement_id):
            return Done()
        journal = Journal(
            self._store, self._clock, lease=lease, settlement_id=settlement.settlement_id
        )
        await journal.load()
        booking = await self._begin(journal, reconciled)
        creditor = self._ecpay.creditor(client.ecpay_client_id, client_id=client.client_id)
        terms = await creditor.agreement()
        as_draft = journal.is_draft(wanted=client.booking is BookingMode.DRAFT)
        planned = replace(
            plan(reconciled, vat_registered=terms.vat_registered, as_draft=as_draft),
            booking_date=booking.booking_date,
        )
        token = self._sealer.open(client.employee_token)
        company = self._tripletex.company(client, token)
        books = Books(client, company, self._charts.of(client.client_id))
        saga = Saga(planned, books, creditor, journal)
        try:
            if booking.state is not BookingState.BOOKED:
                await self._check_originals(reconciled, planned)
                await saga.book()
            attached = await saga.attach()
            await saga.acknowledge(self._clock.now())
        except Hold as hold:
            self._charts.forget(client.client_id)
            return await self._hold(journal, booking, hold)
        booked = await self._booked(journal, booking, planned)
        is_late = not attached and is_overdue(booked, self._clock.now())
        tasks = tuple(_tasks(booked, planned, is_late=is_late))
        return Done(messages=(_message(booked, journal),), writes=tasks)

    async def _is_quarantined(self, client_id: str, settlement_id: str) -> bool:
        judged = await settlements.find(self._store, client_id, settlement_id)
        return judged is not None and judged.state is SettlementState.QUARANTINED

    async def _begin(self, journal: Journal, reconciled: ReconciledSettlement) -> Booking:
        settlement = reconciled.settlement
        found = await bookings.find(self._store, settlement.client_id, settlement.settlement_id)
        if found is not None and found.state is not BookingState.HELD:
            return found
        booking = Booking(
            client_id=settlement.client_id,
            settlement_id=settlement.settlement_id,
            settlement_number=settlement.settlement_number,
            state=BookingState.BOOKING,
            booking_date=found.booking_date if found else settlement.settlement_date,
            updated_at=self._clock.now(),
        )
        await journal.save(booking)
        return booking

    async def _check_originals(self, reconciled: ReconciledSettlement, planned: Plan) -> None:
        """Check that what this settlement takes back stands in the books."""
        own = {line.line_id for line in reconciled.settlement.lines}
        wanted = {one.reverses_line_id for one in planned.payments if one.reverses_line_id} - own
        if not wanted:
            return
        where = await settlements.lines_elsewhere(
            self._store, reconciled.client_id, reconciled.settlement.settlement_id, wanted
        )
        found = await bookings.states(self._store, reconciled.client_id, set(where.values()))
        states = {one.settlement_id: one.state for one in found}
        for line_id, settlement_id in where.items():
            state = states.get(settlement_id)
            if state is BookingState.HELD:
                raise holds.original_held(line_id)
            if state is not BookingState.BOOKED:
                msg = f"line {line_id} of settlement {settlement_id} is not booked yet"
                raise NotYet(msg, code="ORIGINAL_NOT_BOOKED")

    async def _hold(self, journal: Journal, booking: Booking, hold: Hold) -> Done:
        now = self._clock.now()
        held = replace(booking, state=BookingState.HELD, reason=hold.title, updated_at=now)
        await journal.save(held)
        log.warning("settlement held", **_named(booking), kind=hold.kind)
        judged = await settlements.find(self._store, booking.client_id, booking.settlement_id)
        releases = judged.releases if judged else 0
        after = holds.RELEASE.format(settlement=booking.settlement_id)
        task = open_task(
            booking.client_id,
            hold.kind,
            f"{booking.settlement_id}:{releases}",
            f"Settlement {booking.settlement_number}: {hold.title}"[:200],
            f"{hold.what_to_do}; {after}.",
            now=now,
            amount=hold.amount,
            detail={"settlement_id": booking.settlement_id},
        )
        return Done(writes=(task,))

    async def _booked(self, journal: Journal, booking: Booking, planned: Plan) -> Booking:
        if booking.state is BookingState.BOOKED:
            return booking
        now = self._clock.now()
        booked = replace(
            booking, state=BookingState.BOOKED, reason="", updated_at=now, booked_at=now
        )
        await journal.save(booked)
        log.info(
            "settlement booked",
            **_named(booking),
            payments=len(planned.payments),
            rows=len(planned.rows),
            clearing=str(planned.clearing_movement()),
        )
        return booked


def _message(booking: Booking, journal: Journal) -> AnyEvent:
    made = [
        int(step.found["voucher"])
        for step in journal.steps
        if step.kind is StepKind.RESIDUAL_VOUCHER and step.state is StepState.DONE
    ]
    moment = booking.booked_at or booking.updated_at
    return event(
        SETTLEMENT_BOOKED,
        BookedSettlement(
            client_id=booking.client_id,
            settlement_id=booking.settlement_id,
            settlement_number=booking.settlement_number,
            voucher_reference=external_number(booking.settlement_number),
            voucher_ids=tuple(made),
            booked_at=moment,
        ),
        subject=booking.settlement_id,
        system="restanse",
        time=moment,
    )


def _tasks(booking: Booking, planned: Plan, *, is_late: bool) -> list[Write]:
    opened = [
        open_task(
            booking.client_id,
            "overpayment",
            line.line_id,
            f"The debtor of invoice {line.invoice_number} has paid too much",
            "The money stands on the overpayment account. Pay it back or keep it on account.",
            now=booking.updated_at,
            amount=line.client.overpayment,
            detail={"settlement_id": booking.settlement_id},
        )
        for line in planned.overpaid
    ]
    if planned.vat_apart:
        opened.append(_vat_task(booking, planned))
    if planned.is_draft and planned.rows:
        opened.append(_draft_task(booking, planned))
    if is_late:
        opened.append(_statement_task(booking, planned))
    return opened


def _vat_task(booking: Booking, planned: Plan) -> Write:
    return open_task(
        booking.client_id,
        "vat-invoiced-apart",
        booking.settlement_id,
        f"VAT of settlement {booking.settlement_number} is not deducted from the payout",
        "Book it from ECPay's invoice; the fee itself is booked with the settlement.",
        now=booking.updated_at,
        amount=planned.vat_apart,
        detail={"settlement_id": booking.settlement_id},
    )


def _draft_task(booking: Booking, planned: Plan) -> Write:
    return open_task(
        booking.client_id,
        "approve-draft",
        booking.settlement_id,
        f"The voucher of settlement {booking.settlement_number} waits for approval",
        f"Approve voucher {planned.external_number} in Tripletex, then match its rows on "
        f"the customer accounts with the invoices. It is dated {planned.booking_date}.",
        now=booking.updated_at,
        detail={"settlement_id": booking.settlement_id},
    )


def _statement_task(booking: Booking, planned: Plan) -> Write:
    return open_task(
        booking.client_id,
        "statement-missing",
        booking.settlement_id,
        f"The statement of settlement {booking.settlement_number} is missing",
        f"Get it from ECPay and attach it to voucher {planned.external_number}; it is the VAT "
        "document.",
        now=booking.updated_at,
        detail={"settlement_id": booking.settlement_id},
    )


def _named(booking: Booking) -> dict[str, object]:
    return {
        "client_id": booking.client_id,
        "settlement_id": booking.settlement_id,
        "settlement_number": booking.settlement_number,
    }
