"""Reads invoices closely and tells what follows: a hand-over, a change, or a reason to wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from services.tripletex_poller import changes as found_changes
from services.tripletex_poller import mapping
from services.tripletex_poller.changes import changes
from services.tripletex_poller.postings import Reading, told_of, unseen_postings
from shared.clock import Clock
from shared.faults import Invalid
from shared.messages.catalog import AnyEvent
from shared.messages.credit_notes import CreditScope
from shared.messages.ids import claim_reference
from shared.messages.polls import ReadInvoices
from shared.pipeline.outcomes import Done
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.faults import REFUSED_READS, TOO_MANY_HITS
from shared.providers.tripletex.wire import Invoice, Posting
from shared.receivables.candidates import terms_of
from shared.receivables.eligibility import Judgement, Standing, judge, outstanding_of
from shared.receivables.mapping import canonical, is_invoice_posting
from shared.store import poll, watched
from shared.store.clients import Client, ClientState
from shared.store.engine import Store
from shared.store.tasks import open_task
from shared.store.watched import SeenPosting, WatchedInvoice
from shared.store.write import Write

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one request is about, as read from Tripletex and from the database."""

    client: Client
    request: ReadInvoices
    now: datetime
    invoices: Mapping[int, Invoice]
    known: Mapping[int, WatchedInvoice]
    seen: Mapping[int, Sequence[SeenPosting]]
    accounts: Mapping[int, Collection[int]]


@dataclass(slots=True)
class _Told:
    """What the batch leads to, in the order in which it must be written."""

    messages: list[AnyEvent] = field(default_factory=list)
    observed: list[Write] = field(default_factory=list)
    then: list[Write] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class InvoiceReader:
    """Reads at most a hundred invoices; repeating it tells the same facts with the same ids."""

    store: Store
    clock: Clock

    async def read(self, request: ReadInvoices, client: Client, company: Company) -> Done:
        """Read the invoices of a request and return what follows from them."""
        batch = await self._batch(request, client, company)
        told = _Told(then=_other_vouchers(batch))
        for invoice in sorted(batch.invoices.values(), key=lambda one: one.id):
            before = batch.known.get(invoice.id)
            if before is not None and before.handed_over_at is not None:
                _tell_changes(invoice, before, batch, told)
            elif invoice.is_credit_note or invoice.amount < 0:
                _tell_unlinked(invoice, batch, told)
            else:
                _tell_judgement(invoice, before, batch, told)
        return Done(messages=tuple(told.messages), writes=(*told.observed, *told.then))

    async def _batch(self, request: ReadInvoices, client: Client, company: Company) -> _Batch:
        read = await company.invoices(ids=request.invoice_ids, voucher_ids=request.voucher_ids)
        invoices = {one.id: one for one in read}
        known = await self._known(client, invoices.values())
        missing = _originals_missing(invoices, known)
        if missing:
            invoices |= {one.id: one for one in await company.invoices(ids=missing)}
        invoices |= await _credit_notes(company, invoices, known)
        seen = await watched.seen_postings(self.store, client.client_id, invoices)
        accounts = await _touched_accounts(company, client, _fresh(invoices, known, seen))
        return _Batch(
            client=client,
            request=request,
            now=self.clock.now(),
            invoices=invoices,
            known=known,
            seen=seen,
            accounts=accounts,
        )

    async def _known(
        self, client: Client, invoices: Iterable[Invoice]
    ) -> dict[int, WatchedInvoice]:
        read = list(invoices)
        named = {one.id for one in read} | {one.credited_invoice for one in read}
        known = await watched.watched(self.store, client.client_id, named)
        debtors = {one.customer.id for one in read if one.customer and _is_negative(one)}
        theirs = await watched.handed_over_to(self.store, client.client_id, debtors)
        return {one.invoice_id: one for one in theirs} | known


def _tell_judgement(
    invoice: Invoice, before: WatchedInvoice | None, batch: _Batch, told: _Told
) -> None:
    client, today = batch.client, batch.request.today
    judgement = judge(invoice, terms_of(client), _standing(before), today)
    if client.state is not ClientState.ACTIVE:
        return
    row = _row(invoice, before, batch, judgement=judgement)
    told.observed.append(watched.observed(row))
    if judgement.eligible:
        _hand_over(invoice, row, batch, told)


def _hand_over(invoice: Invoice, row: WatchedInvoice, batch: _Batch, told: _Told) -> None:
    client, now = batch.client, batch.now
    try:
        body = canonical(
            invoice,
            client_id=client.client_id,
            company_id=client.company_id,
            observed_at=now,
        )
    except Invalid as fault:
        told.then.append(_unusable(row, fault, batch))
        return
    told.messages.append(mapping.handed_over(body))
    told.then.append(watched.handed_over(client.client_id, invoice.id, now=now))
    told.then += [
        watched.seen(one)
        for one in found_changes.noted_at_hand_over(invoice, client.client_id, now)
    ]
    log.info(
        "invoice handed over",
        client_id=client.client_id,
        claim_reference=row.claim_reference,
        outstanding=str(row.outstanding),
    )


def _tell_changes(invoice: Invoice, before: WatchedInvoice, batch: _Batch, told: _Told) -> None:
    found = changes(
        Reading(
            before=before,
            seen=batch.seen.get(invoice.id, ()),
            invoice=invoice,
            accounts=batch.accounts,
            clearing=batch.client.accounts.clearing,
            credit_notes=[one for one in batch.invoices.values() if _is_negative(one)],
            today=batch.request.today,
            now=batch.now,
        )
    )
    told.messages += mapping.messages(found, before, batch.client, batch.now)
    taken_back = any(one.scope is CreditScope.FULL for one in found.credits)
    row = _row(invoice, before, batch)
    told.observed.append(watched.observed(replace(row, is_credited=row.is_credited or taken_back)))
    told.then += [watched.seen(one) for one in found.seen]
    told.then += [
        _task(mapping.task_words(question, before), before.claim_reference, batch)
        for question in found.questions
    ]


def _tell_unlinked(credit: Invoice, batch: _Batch, told: _Told) -> None:
    """Ask a person about a negative invoice of a customer whose invoices are at the collector."""
    if credit.credited_invoice:
        return  # told as a change of the invoice it names
    customer = credit.customer.id if credit.customer else None
    concerned = [
        one
        for one in batch.known.values()
        if one.handed_over_at and one.customer_id == customer and one.outstanding > 0
    ]
    if concerned:
        words = mapping.unlinked_credit_words(credit, concerned)
        told.then.append(_task(words, "", batch))
    if len(concerned) == 1:
        told.messages.append(
            mapping.unlinked_credit(credit, concerned[0], batch.client, batch.now)
        )


def _row(
    invoice: Invoice,
    before: WatchedInvoice | None,
    batch: _Batch,
    *,
    judgement: Judgement | None = None,
) -> WatchedInvoice:
    client = batch.client
    row = WatchedInvoice(
        client_id=client.client_id,
        invoice_id=invoice.id,
        claim_reference=claim_reference(client.company_id, invoice.id),
        invoice_number=str(invoice.invoice_number),
        voucher_id=invoice.voucher.id if invoice.voucher else None,
        customer_id=invoice.customer.id if invoice.customer else None,
        due_date=invoice.invoice_due_date,
        original=invoice.amount,
        outstanding=outstanding_of(invoice),
        is_credited=invoice.is_credited,
        reasons=[one.document() for one in judgement.reasons] if judgement else [],
        look_again_on=judgement.look_again_on(batch.request.today) if judgement else None,
        observed_at=batch.now,
    )
    if before is None:
        return row
    return replace(
        row,
        is_credited=invoice.is_credited or before.is_credited,
        handed_over_at=before.handed_over_at,
        held=before.held,
        held_until=before.held_until,
        held_reason=before.held_reason,
        excluded=before.excluded,
    )


def _other_vouchers(batch: _Batch) -> list[Write]:
    """Note the vouchers that were asked for and are no invoices, so no poll asks again."""
    invoiced = {one.voucher.id for one in batch.invoices.values() if one.voucher}
    return [
        poll.other_voucher(batch.client.client_id, voucher)
        for voucher in batch.request.voucher_ids
        if voucher not in invoiced
    ]


def _standing(before: WatchedInvoice | None) -> Standing:
    if before is None:
        return Standing()
    return Standing(
        handed_over=before.handed_over_at is not None,
        held=before.held,
        held_until=before.held_until,
        excluded=before.excluded,
    )


def _task(words: mapping.TaskWords, reference: str, batch: _Batch) -> Write:
    return open_task(
        batch.client.client_id,
        words.kind,
        words.key,
        words.title,
        words.what_to_do,
        now=batch.now,
        amount=words.amount,
        detail={"claim_reference": reference} if reference else None,
    )


def _unusable(row: WatchedInvoice, fault: Invalid, batch: _Batch) -> Write:
    log.warning("invoice unusable", claim_reference=row.claim_reference, code=fault.code)
    return open_task(
        batch.client.client_id,
        "unusable-invoice",
        row.claim_reference,
        f"Invoice {row.invoice_number} cannot be handed over as it is",
        f"{fault.message}. Put it right in Tripletex; the next day it is read again.",
        now=batch.now,
        amount=row.outstanding,
        detail={"field": fault.field, "claim_reference": row.claim_reference},
    )


def _is_negative(invoice: Invoice) -> bool:
    return invoice.is_credit_note or invoice.amount < 0


def _originals_missing(
    invoices: Mapping[int, Invoice], known: Mapping[int, WatchedInvoice]
) -> set[int]:
    """Return handed-over invoices that a credit note at hand names and that were not read."""
    named = {one.credited_invoice for one in invoices.values()} - {0, *invoices}
    return {one for one in named if one in known and known[one].handed_over_at is not None}


async def _credit_notes(
    company: Company, invoices: Mapping[int, Invoice], known: Mapping[int, WatchedInvoice]
) -> dict[int, Invoice]:
    """Read the credit notes of invoices that have been credited and whose note is not at hand."""
    at_hand = {one.credited_invoice for one in invoices.values()}
    credited = {
        one.id: one.customer.id
        for one in invoices.values()
        if one.is_credited and one.customer and one.id not in at_hand
        if _is_live(known.get(one.id))
    }
    found: dict[int, Invoice] = {}
    for customer in sorted(set(credited.values())):
        for head in await company.invoices_of_customer(customer):
            if head.credited_invoice in credited:
                found[head.id] = head
    return found


def _is_live(before: WatchedInvoice | None) -> bool:
    return before is not None and before.handed_over_at is not None and not before.is_credited


def _fresh(
    invoices: Mapping[int, Invoice],
    known: Mapping[int, WatchedInvoice],
    seen: Mapping[int, Sequence[SeenPosting]],
) -> list[Posting]:
    """Return the postings whose vouchers must be looked at to know what they are."""
    found: list[Posting] = []
    for invoice in invoices.values():
        before = known.get(invoice.id)
        if before is None or not _is_live(before):
            continue
        told = told_of(before, seen.get(invoice.id, ()))
        found += [
            posting
            for posting in unseen_postings(invoice, told)
            if not is_invoice_posting(posting)
        ]
    return found


async def _touched_accounts(
    company: Company, client: Client, postings: Sequence[Posting]
) -> dict[int, Collection[int]]:
    """Return the account numbers that the vouchers of postings touch.

    Without the right to read vouchers, only the clearing account's postings are asked for: they
    tell the collector's money from the creditor's.
    """
    days = {one.voucher.id: one.date for one in postings if one.voucher and one.date}
    if not days:
        return {}
    first, end = min(days.values()), max(days.values()) + timedelta(days=1)
    try:
        vouchers = await company.vouchers(days, first, end)
    except Invalid as fault:
        if fault.code not in {*REFUSED_READS, TOO_MANY_HITS}:
            raise
        vouchers = []
    known: dict[int, Collection[int]] = {
        one.id: {row.account.number for row in one.postings if row.account and row.account.number}
        for one in vouchers
    }
    unknown = {one for one in days if not known.get(one)}
    if unknown:
        clearing = client.accounts.clearing
        for posting in await company.postings_on_account(clearing, first, end):
            if posting.voucher and posting.voucher.id in unknown:
                known[posting.voucher.id] = {clearing}
    return known
