"""What the poller does with a request to look and with a request to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from services.tripletex_poller import sightings
from services.tripletex_poller.mapping import read_requests
from services.tripletex_poller.reader import InvoiceReader
from services.tripletex_poller.schedule import next_night
from shared.clock import Clock
from shared.faults import Invalid, Outage
from shared.messages.envelope import Body
from shared.messages.polls import PollRequest, ReadInvoices
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.faults import NOT_ALLOWED, REFUSED_READS, TRIPLETEX
from shared.providers.tripletex.wire import Account, OpenPost
from shared.receivables.candidates import sweep, terms_of
from shared.store import poll, watched
from shared.store.clients import Client, ClientState, client
from shared.store.engine import Store
from shared.store.poll import PollCursor
from shared.store.write import Write

log = structlog.get_logger()

DENIED = frozenset({NOT_ALLOWED, "HTTP_403"})

OpenCompany = Callable[[Client], Company]
"""Opens a client's books; the token is unsealed inside."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Handles one message of the poller's queue; safe to repeat and to run side by side."""

    store: Store
    clock: Clock
    open_company: OpenCompany
    reader: InvoiceReader

    async def __call__(self, incoming: Incoming) -> Done:
        """Look for changes, or read invoices.

        Raises:
            Invalid: The message is neither, or names an unknown client.
            Outage: Tripletex denies the client's token what polling needs.
        """
        request = incoming.message.data
        try:
            return await self._answer(request)
        except Invalid as fault:
            if fault.code not in DENIED:
                raise
            # Missing rights are no fault of the message: the client waits until they are given.
            raise Outage(
                f"{fault.message}; give the employee of the token its rights back and run "
                f"'restanse client check {request.client_id}'",
                dependency=TRIPLETEX,
                code=fault.code,
                client_id=request.client_id,
            ) from fault

    async def _answer(self, request: Body) -> Done:
        match request:
            case PollRequest():
                return await self._look(request)
            case ReadInvoices():
                return await self._read(request)
            case other:
                msg = f"the poller does not handle a {type(other).__name__}"
                raise Invalid(msg, code="UNEXPECTED_MESSAGE", field="type")

    async def _look(self, request: PollRequest) -> Done:
        asked = await client(self.store, request.client_id)
        if asked.state is ClientState.ADDED:
            log.info("poll skipped, client is not confirmed", client_id=asked.client_id)
            return Done()
        company = self.open_company(asked)
        if request.full:
            done = await self._sweep(request, asked, company)
            return replace(done, writes=await self._accounts_read_anew(asked, company))
        try:
            return await self._compare(request, asked, company)
        except Invalid as fault:
            if fault.code not in REFUSED_READS:
                raise
            log.warning("open posts refused, sweeping", client_id=asked.client_id, code=fault.code)
            return await self._sweep(request, asked, company)

    async def _compare(self, request: PollRequest, asked: Client, company: Company) -> Done:
        """Compare what is open with what was open the last time."""
        cursor = await self._cursor(asked, company)
        posts = await company.open_posts(cursor.receivable_accounts, request.today)
        now = sightings.by_customer(posts)
        before = await poll.open_posts(self.store, asked.client_id)
        moved = sightings.moved_customers(before, now)
        wanted = await self._wanted(request, asked, now=now, moved=moved)
        writes = [
            poll.keep_open_posts(asked.client_id, customer, lines)
            for customer, lines in sorted(moved.items())
        ]
        writes.append(poll.keep_cursor(cursor))
        log.info(
            "open posts compared",
            client_id=asked.client_id,
            posts=len(posts),
            moved_customers=len(moved),
            invoices_to_read=len(wanted.invoice_ids) + len(wanted.voucher_ids),
        )
        return _done(request, wanted, writes)

    async def _wanted(
        self,
        request: PollRequest,
        asked: Client,
        *,
        now: Mapping[int, Sequence[OpenPost]],
        moved: Mapping[int, Sequence[str]],
    ) -> sightings.ToRead:
        store, client_id = self.store, asked.client_id
        hands_over = asked.state is ClientState.ACTIVE
        posts = [post for group in now.values() for post in group] if hands_over else []
        due = sightings.due_posts(posts, terms_of(asked), request.today)
        wanted = sightings.to_read(
            due=due,
            known=await watched.watched_by_voucher(store, client_id, due),
            moved={customer: now.get(customer, ()) for customer in moved},
            followed=await watched.handed_over_to(store, client_id, moved),
            again=await watched.due_again(store, client_id, request.today) if hands_over else (),
        )
        others = await poll.other_vouchers(store, client_id, wanted.voucher_ids)
        return replace(wanted, voucher_ids=wanted.voucher_ids - others)

    async def _sweep(self, request: PollRequest, asked: Client, company: Company) -> Done:
        """Go through all invoices by date: finds what the ledger's view misses."""
        ids: set[int] = set()
        terms = terms_of(asked)
        async for heads in sweep(company, asked, request.today):
            named = {one.id for one in heads} | {one.credited_invoice for one in heads}
            known = await watched.watched(self.store, asked.client_id, named)
            found = sightings.sweep_to_read(heads, known, terms, today=request.today)
            ids |= found.invoice_ids
        log.info("invoices swept", client_id=asked.client_id, invoices_to_read=len(ids))
        return _done(request, sightings.ToRead(frozenset(ids), frozenset()), [])

    async def _read(self, request: ReadInvoices) -> Done:
        asked = await client(self.store, request.client_id)
        return await self.reader.read(request, asked, self.open_company(asked))

    async def _cursor(self, asked: Client, company: Company) -> PollCursor:
        """Return where polling stands, with the receivable accounts read once and kept."""
        known = await poll.poll_cursor(self.store, asked.client_id)
        if known and known.receivable_accounts:
            return replace(known, polled_at=self.clock.now())
        return self._noted(asked, known, await company.receivable_accounts())

    async def _accounts_read_anew(self, asked: Client, company: Company) -> tuple[Write, ...]:
        """Note the receivable accounts: a company may have got another one."""
        try:
            accounts = await company.receivable_accounts()
        except Invalid as fault:
            if fault.code not in REFUSED_READS:
                raise
            return ()  # the sweep needs no accounts
        known = await poll.poll_cursor(self.store, asked.client_id)
        return (poll.keep_cursor(self._noted(asked, known, accounts)),)

    def _noted(
        self, asked: Client, known: PollCursor | None, accounts: Sequence[Account]
    ) -> PollCursor:
        now = self.clock.now()
        return PollCursor(
            client_id=asked.client_id,
            next_poll_at=known.next_poll_at if known else now,
            next_sweep_at=known.next_sweep_at if known else next_night(now),
            receivable_accounts=tuple(one.id for one in accounts),
            polled_at=now,
        )


def _done(request: PollRequest, wanted: sightings.ToRead, writes: Sequence[Write]) -> Done:
    requests = read_requests(
        request, invoice_ids=wanted.invoice_ids, voucher_ids=wanted.voucher_ids
    )
    return Done(messages=tuple(requests), writes=tuple(writes))
