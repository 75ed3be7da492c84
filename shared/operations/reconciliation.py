"""Comparing Tripletex and ECPay, client by client, to the øre.

Both systems are read live, through the interfaces everybody has; our own books say what we did
and why. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from shared.clock import oslo_date
from shared.faults import Fault
from shared.messages.ids import invoice_of
from shared.operations.desk import Desk
from shared.operations.reconciliation_money import BOOKED, Carried
from shared.operations.reconciliation_report import ClientReport, Figures, Report
from shared.operations.reconciliation_rules import Evidence, is_ours, judge
from shared.providers.ecpay.client import Creditor
from shared.providers.ecpay.settlements import Settlement
from shared.providers.ecpay.wire import Claim
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.wire import Invoice, Posting
from shared.store import bookings, settlements
from shared.store.bookings import Booking, BookingState
from shared.store.claims import HandedOver, claims_of
from shared.store.clients import BookingMode, Client
from shared.store.reported import ReportedPayment, payments_on
from shared.store.settlements import JudgedSettlement, SettlementState
from shared.store.tasks import list_tasks

AT_ONCE = 4
"""Clients compared, and batches read, at the same time."""
_BATCH = 100
_REFERENCES = 1000
_EVERY = 1_000_000
_PARTS_OF_A_REFERENCE = 4
_AHEAD = timedelta(days=400)

T = TypeVar("T")


async def reconcile(desk: Desk, clients: Sequence[Client]) -> Report:
    """Compare both systems for these clients; one that cannot be read does not stop the rest."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(client: Client) -> ClientReport:
        async with gate:
            return await _client(desk, client)

    reports = await asyncio.gather(*(one(client) for client in clients))
    return Report(today=desk.clock.today(), compared_at=desk.clock.now(), clients=tuple(reports))


async def _client(desk: Desk, client: Client) -> ClientReport:
    try:
        return judge(client, await _evidence(desk, client))
    except Fault as fault:
        return ClientReport(client.client_id, client.name, Figures(), unreadable=fault.message)


async def _evidence(desk: Desk, client: Client) -> Evidence:
    creditor = desk.ecpay.creditor(client.ecpay_client_id, client_id=client.client_id)
    company = desk.tripletex.company(client, desk.sealer.open(client.employee_token))
    claims = [claim for claim in await _claims(creditor) if is_ours(client, claim)]
    books = await claims_of(desk.store, client.client_id)
    return Evidence(
        claims=claims,
        settlements=await _settlements(desk, client, creditor),
        invoices=await _invoices(company, claims),
        clearing=await _clearing(desk, client, company, claims),
        books=books,
        reported=await _reported(desk, client, books),
        tasks=await _tasks(desk, client),
    )


async def _claims(creditor: Creditor) -> list[Claim]:
    """Read every claim; one that changes meanwhile comes again, and the last word counts."""
    found: dict[str, Claim] = {}
    cursor: str | None = None
    while True:
        page = await creditor.claims(cursor)
        found.update((claim.claim_id, claim) for claim in page.items)
        if not page.has_more or page.next_cursor == cursor:
            return list(found.values())
        cursor = page.next_cursor


async def _settlements(desk: Desk, client: Client, creditor: Creditor) -> list[Carried]:
    """Read every settlement with its lines, and how far each one has come here."""
    numbers: dict[str, int] = {}
    cursor: str | None = None
    more = True
    while more:
        page = await creditor.settlements(cursor)
        numbers.update((head.settlement_id, head.settlement_number) for head in page.items)
        more = page.has_more and page.next_cursor != cursor
        cursor = page.next_cursor
    read = [await creditor.settlement(each) for each in sorted(numbers, key=numbers.__getitem__)]
    listed = await bookings.listed(desk.store, client.client_id, limit=_EVERY)
    booked = {row.settlement_id: row for row in listed}
    heads = await settlements.listed(desk.store, client.client_id, limit=_EVERY)
    judged = {row.settlement_id: row for row in heads}
    return [
        _carried(client, each, booked.get(each.settlement_id), judged.get(each.settlement_id))
        for each in read
    ]


def _carried(
    client: Client,
    settlement: Settlement,
    booking: Booking | None,
    judged: JudgedSettlement | None,
) -> Carried:
    told = settlement.acknowledgement
    acknowledged = told is not None and told.status == BOOKED
    done = booking is not None and booking.state is BookingState.BOOKED
    return Carried(
        settlement=settlement,
        is_booked=acknowledged or done,
        is_acknowledged=acknowledged,
        is_draft=client.booking is BookingMode.DRAFT,
        waits_for=_waits_for(booking, judged),
    )


def _waits_for(booking: Booking | None, judged: JudgedSettlement | None) -> str:
    if booking is not None and booking.state is BookingState.HELD:
        return f"its booking is held: {booking.reason}"
    if booking is not None:
        return "its booking is not finished"
    if judged is None:
        return "Restanse has not read it yet"
    if judged.state is SettlementState.QUARANTINED:
        rules = ", ".join(sorted({rule.rule for rule in judged.broken_rules}))
        return f"it is quarantined because it breaks {rules}"
    return "its booking has not begun"


async def _invoices(company: Company, claims: Iterable[Claim]) -> Mapping[int, Invoice]:
    ids = sorted({invoice_of(claim.claim_reference) or 0 for claim in claims})
    gate = asyncio.Semaphore(AT_ONCE)

    async def read(batch: Sequence[int]) -> list[Invoice]:
        async with gate:
            return await company.invoices(ids=batch)

    found = await asyncio.gather(*(read(batch) for batch in _batches(ids, _BATCH)))
    return {invoice.id: invoice for batch in found for invoice in batch}


async def _clearing(
    desk: Desk, client: Client, company: Company, claims: Sequence[Claim]
) -> list[Posting]:
    if not claims:
        return []
    first = min(oslo_date(claim.received_at) for claim in claims)
    until = desk.clock.today() + _AHEAD
    return await company.postings_on_account(client.accounts.clearing, first, until)


async def _reported(
    desk: Desk, client: Client, books: Sequence[HandedOver]
) -> list[ReportedPayment]:
    found: list[ReportedPayment] = []
    for batch in _batches([row.claim_reference for row in books], _REFERENCES):
        found += await payments_on(desk.store, client.client_id, batch)
    return found


async def _tasks(desk: Desk, client: Client) -> Mapping[str, int]:
    """Return the open tasks about claims; their keys begin with the claim reference."""
    found: dict[str, int] = {}
    for task in await list_tasks(desk.store, client_id=client.client_id, limit=_EVERY):
        word = task.key.partition(" ")[0]
        reference = ":".join(word.split(":")[:_PARTS_OF_A_REFERENCE])
        if invoice_of(reference) is not None:
            found.setdefault(reference, task.id)
    return found


def _batches(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
