"""Matching postings against one another: close groups, and what they do to invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.sandbox.tripletex.amounts import Ore
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.entities import CloseGroup, Invoice, Posting

MATCH_LIMIT: Ore = 1000
"""Postings must net to less than this (10 kroner) to be closed."""


def close(company: Company, postings: Sequence[Posting], day: date) -> CloseGroup:
    """Match postings: they are no longer open, and invoices in it are settled by them."""
    group = CloseGroup(next(company.ids.close_group), day, list(postings), [])
    settled: dict[Invoice, Ore] = {}
    for posting in postings:
        posting.close_group = group
        company.open_posts[posting.account.id].pop(posting.id, None)
        if posting.invoice is not None:
            settled[posting.invoice] = settled.get(posting.invoice, 0) - posting.amount
    for invoice, moved in settled.items():
        invoice.offset += moved
        group.moved.append((invoice, moved))
    company.match_difference += sum(posting.amount for posting in postings)
    company.close_groups[group.id] = group
    return group


def dissolve(company: Company, group: CloseGroup) -> None:
    """Undo a matching: the postings are open again, and so are the invoices."""
    for invoice, moved in group.moved:
        invoice.offset -= moved
    for posting in group.postings:
        posting.close_group = None
        company.open_posts[posting.account.id][posting.id] = posting
    company.match_difference -= sum(posting.amount for posting in group.postings)
    del company.close_groups[group.id]


def rethread(company: Company, invoice: Invoice, newest: Posting) -> None:
    """Bring the matching of an invoice's thread up to date after a new posting.

    A posting that raises the debt reopens what was closed; a thread whose open postings sum
    to zero is closed. A partly paid thread has no close group.
    """
    if newest.amount > 0:
        for group in {p.close_group for p in invoice.postings if p.close_group is not None}:
            dissolve(company, group)
    open_ones = open_postings(invoice)
    if len(open_ones) > 1 and not sum(posting.amount for posting in open_ones):
        close(company, open_ones, newest.date)


def open_postings(invoice: Invoice) -> list[Posting]:
    """Return the postings of an invoice's thread that are not matched."""
    return [posting for posting in invoice.postings if posting.close_group is None]
