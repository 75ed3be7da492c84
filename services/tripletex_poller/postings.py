"""What a customer posting on an invoice is: debt, money, money taken back, credit. Pure.

``type`` tells little: it is null for payments registered through the API. What tells is the
voucher: which accounts it touches, what it reverses, and whether it is a credit note's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.providers.tripletex.wire import Invoice, Posting
from shared.receivables.mapping import is_invoice_posting, is_own_posting
from shared.store.watched import PostingKind, SeenPosting, WatchedInvoice

RECEIVABLES = range(1500, 1520)
BANKS = range(1900, 2000)
REVENUE = range(3000, 3900)
LOSSES = range(7830, 7840)
MONEY_IN = frozenset({PostingKind.PAYMENT, PostingKind.AGENCY})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading is judged by.

    Attributes:
        before: The invoice as last read.
        seen: Its postings told or noted so far.
        invoice: The invoice as read now.
        accounts: Account numbers each voucher touches, as far as they could be read.
        clearing: The client's clearing account; vouchers that touch it carry agency money.
        credit_notes: Credit notes and negative invoices that may belong to it.
        today: The day of the reading.
        now: Its instant.
    """

    before: WatchedInvoice
    seen: Sequence[SeenPosting]
    invoice: Invoice
    accounts: Mapping[int, Collection[int]]
    clearing: int
    credit_notes: Sequence[Invoice]
    today: date
    now: datetime


def told_of(before: WatchedInvoice, seen: Iterable[SeenPosting]) -> list[SeenPosting]:
    """Return the noted postings that somebody has really been told of.

    When two polls hand an invoice over at the same time, only one message counts. What the
    other one noted as earlier was told by nobody and is new.
    """
    return [
        one
        for one in seen
        if one.kind is not PostingKind.EARLIER or one.seen_at == before.handed_over_at
    ]


def unseen_postings(invoice: Invoice, seen: Iterable[SeenPosting]) -> list[Posting]:
    """Return the postings nobody has been told of, without the debt itself, by id.

    A posting without a date was not expanded for lack of rights; nothing can be said of it.
    """
    known = {one.posting_id for one in seen}
    fresh = (one for one in invoice.postings if one.id not in known and one.date is not None)
    return sorted(
        (one for one in fresh if not is_own_posting(one, invoice)), key=lambda one: one.id
    )


def kind_of(posting: Posting, reading: Reading) -> PostingKind:
    """Return what a posting that nobody was told of is."""
    if posting.voucher and posting.voucher.id in _credit_vouchers(reading):
        return PostingKind.CREDIT
    if posting.amount > 0:
        return PostingKind.REVERSAL
    if touches(posting, reading, (reading.clearing,)):
        return PostingKind.AGENCY
    if is_invoice_posting(posting) or voids(posting, reading.invoice):
        return PostingKind.CREDIT
    return _kind_by_accounts(posting, reading)


def _kind_by_accounts(posting: Posting, reading: Reading) -> PostingKind:
    others = [one for one in _accounts(posting, reading) if one not in RECEIVABLES]
    known = bool(_accounts(posting, reading))
    if any(one in LOSSES for one in others) or (known and not others):
        return PostingKind.OTHER
    by_bank = any(one in BANKS for one in others)
    if not by_bank and any(one in REVENUE for one in others):
        return PostingKind.CREDIT
    return PostingKind.PAYMENT


def unpaired(posting: Posting, reading: Reading) -> PostingKind:
    """Return what an increase of the debt is that takes no payment back."""
    touches_clearing = touches(posting, reading, (reading.clearing,))
    return PostingKind.AGENCY if touches_clearing else PostingKind.OTHER


def paired(posting: Posting, reading: Reading, noted: Sequence[SeenPosting]) -> SeenPosting | None:
    """Return the payment a positive posting takes back: by voucher, else the latest as large.

    ECPay takes back whole payments only, so the amount must be the same in either case.
    """
    gone = {one.reverses for one in noted if one.reverses is not None}
    kinds = _kinds_taken_back(posting, reading)
    fits = [
        one
        for one in noted
        if one.kind in kinds and one.posting_id not in gone and -one.amount == posting.amount
    ]
    reversed_voucher = posting.voucher.reverse_voucher if posting.voucher else None
    if reversed_voucher is not None:
        named = [one for one in fits if one.voucher_id == reversed_voucher.id]
        fits = named or fits
    return max(fits, key=lambda one: one.posting_id, default=None)


def _kinds_taken_back(posting: Posting, reading: Reading) -> frozenset[PostingKind]:
    """Return whose money can go back: the collector's over the clearing account, as it came."""
    if not _accounts(posting, reading):
        return MONEY_IN | {PostingKind.EARLIER}
    if touches(posting, reading, (reading.clearing,)):
        return frozenset({PostingKind.AGENCY})
    return frozenset({PostingKind.PAYMENT, PostingKind.EARLIER})


def _credit_vouchers(reading: Reading) -> set[int]:
    return {one.voucher.id for one in reading.credit_notes if one.voucher}


def voids(posting: Posting, invoice: Invoice) -> bool:
    """Tell whether a posting belongs to the reversal of the invoice's own voucher."""
    reversed_voucher = posting.voucher.reverse_voucher if posting.voucher else None
    own = invoice.voucher
    return reversed_voucher is not None and own is not None and reversed_voucher.id == own.id


def _accounts(posting: Posting, reading: Reading) -> Collection[int]:
    return reading.accounts.get(posting.voucher.id, ()) if posting.voucher else ()


def touches(posting: Posting, reading: Reading, accounts: Collection[int]) -> bool:
    """Tell whether a posting's voucher is known to touch one of these accounts."""
    return any(one in accounts for one in _accounts(posting, reading))


def noted(
    posting: Posting, invoice_id: int, *, client_id: str, now: datetime, kind: PostingKind
) -> SeenPosting:
    """Return the note that a posting has been dealt with."""
    return SeenPosting(
        client_id=client_id,
        posting_id=posting.id,
        invoice_id=invoice_id,
        voucher_id=posting.voucher.id if posting.voucher else None,
        posted_on=posting.date,
        amount=posting.amount,
        kind=kind,
        seen_at=now,
    )
