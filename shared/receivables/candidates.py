"""Reading the invoices that might be handed over, from the ledger's open posts.

Used by the poller, and by operators to see beforehand what would be sent and what not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.faults import Invalid
from shared.providers.tripletex.client import Company
from shared.providers.tripletex.faults import REFUSED_READS
from shared.providers.tripletex.wire import Invoice, OpenPost
from shared.receivables.eligibility import Reason, Standing, Terms, judge
from shared.store.clients import Client

LONGEST_TERM = timedelta(days=400)
"""No invoice we follow was issued longer than this before it fell due."""
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a first run would do.

    Attributes:
        eligible: Would be handed over.
        held: Overdue and not handed over, each with every reason.
    """

    eligible: tuple[Invoice, ...]
    held: tuple[tuple[Invoice, tuple[Reason, ...]], ...]


async def preview(
    company: Company,
    client: Client,
    today: date,
    *,
    standings: Mapping[int, Standing] | None = None,
) -> Preview:
    """Read everything that is overdue and judge it; nothing is written or sent.

    Args:
        company: The client's books.
        client: Its terms.
        today: The day to judge for.
        standings: What is known by invoice id: handed over, held, excluded.
    """
    known = standings or {}
    invoices = await overdue_invoices(company, client, today)
    judged = [
        (one, judge(one, terms_of(client), known.get(one.id, Standing()), today))
        for one in sorted(invoices, key=lambda one: (one.invoice_due_date or today, one.id))
    ]
    return Preview(
        eligible=tuple(one for one, judgement in judged if judgement.eligible),
        held=tuple((one, judgement.reasons) for one, judgement in judged if judgement.reasons),
    )


async def overdue_invoices(company: Company, client: Client, today: date) -> list[Invoice]:
    """Return the invoices that are past due and unpaid, in full detail."""
    accounts = [account.id for account in await company.receivable_accounts()]
    try:
        posts = await company.open_posts(accounts, today)
    except Invalid as fault:
        if fault.code not in REFUSED_READS:
            raise
        return await company.invoices(ids=await _swept(company, client, today))
    overdue = (one for one in posts if is_debt(one) and _past(one.term_of_payment, today))
    return await company.invoices(voucher_ids=[one.voucher.id for one in overdue if one.voucher])


async def sweep(company: Company, client: Client, today: date) -> AsyncIterator[list[Invoice]]:
    """Read the heads of all invoices that can matter, a month of invoice dates at a time."""
    start = client.start_date - LONGEST_TERM
    while start <= today:
        end = min(start + _MONTH, today + timedelta(days=1))
        yield await company.invoices_by_date(start, end)
        start = end


def terms_of(client: Client) -> Terms:
    """Return what a client has agreed."""
    return Terms(client.start_date, client.days_overdue, client.minimum_amount)


def is_debt(post: OpenPost) -> bool:
    """Tell whether an open post is owed to the company and stands on a voucher."""
    return post.amount > 0 and post.voucher is not None


def is_due_for_hand_over(due: date | None, terms: Terms, today: date) -> bool:
    """Tell from the due date alone whether an invoice is worth reading."""
    if due is None:
        return False
    return due >= terms.start_date and (today - due).days > terms.days_overdue


async def _swept(company: Company, client: Client, today: date) -> list[int]:
    found: list[int] = []
    async for heads in sweep(company, client, today):
        found += [one.id for one in heads if one.amount_outstanding > 0 and _is_past(one, today)]
    return found


def _is_past(invoice: Invoice, today: date) -> bool:
    return _past(invoice.invoice_due_date, today)


def _past(due: date | None, today: date) -> bool:
    return due is not None and due < today
