"""What happened to a handed-over invoice since it was last read. Pure.

Everything is found by posting id, so back-dated payments, several at once and repeated readings
come out right. ``Invoice.version`` says nothing: it does not move when a payment is registered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from shared.messages.credit_notes import CreditScope
from shared.messages.money import ZERO
from shared.providers.tripletex.wire import Invoice, Posting
from shared.receivables.mapping import is_invoice_posting, is_own_posting
from shared.store.watched import PostingKind, SeenPosting, WatchedInvoice

RECEIVABLES = range(1500, 1520)
REVENUE = range(3000, 3900)
LOSSES = range(7830, 7840)
_MONEY_IN = frozenset({PostingKind.PAYMENT, PostingKind.AGENCY})


@dataclass(frozen=True, slots=True)
class PaymentFound:
    """Money on the invoice; ``kind`` says who received it."""

    posting: Posting
    kind: PostingKind


@dataclass(frozen=True, slots=True)
class ReversalFound:
    """A payment taken back as a whole."""

    posting: Posting
    of: SeenPosting


@dataclass(frozen=True, slots=True)
class CreditFound:
    """A credit note, or what amounts to one; ``amount`` is what the collector can take."""

    scope: CreditScope
    credit_note_id: int
    number: str
    credit_date: date
    amount: Decimal
    remaining_after: Decimal


class Doubt(Enum):
    """What a person must look at; the value is the kind of the task."""

    PARTIAL_CREDIT = "partial-credit"
    WRITE_OFF = "write-off"
    SET_OFF = "set-off"
    UNPAIRED_REVERSAL = "unpaired-reversal"
    EARLY_PAYMENT_TAKEN_BACK = "early-payment-taken-back"
    UNEXPLAINED_BALANCE = "unexplained-balance"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is neither payment nor full credit; ``key`` makes it one task."""

    doubt: Doubt
    key: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that follows from one reading."""

    payments: tuple[PaymentFound, ...] = ()
    reversals: tuple[ReversalFound, ...] = ()
    credits: tuple[CreditFound, ...] = ()
    questions: tuple[Question, ...] = ()
    seen: tuple[SeenPosting, ...] = ()


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


@dataclass(slots=True)
class _Found:
    """What has been found so far, while the new postings are gone through."""

    noted: list[SeenPosting]
    payments: list[PaymentFound] = field(default_factory=list)
    reversals: list[ReversalFound] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    credit_postings: list[Posting] = field(default_factory=list)


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


def changes(reading: Reading) -> Changes:
    """Return what has happened to an invoice."""
    told = told_of(reading.before, reading.seen)
    found = _Found(noted=list(told))
    for posting in unseen_postings(reading.invoice, told):
        _take(posting, reading, found)
    credits_found = [] if reading.before.is_credited else _credits(reading, found)
    questions = [*found.questions, *_partial(reading, credits_found)]
    if not credits_found and not reading.before.is_credited and not found.questions:
        questions += _unexplained(reading, found)
    return Changes(
        payments=tuple(found.payments),
        reversals=tuple(found.reversals),
        credits=tuple(credits_found),
        questions=tuple(questions),
        seen=tuple(found.noted[len(told) :]),
    )


def noted_at_hand_over(invoice: Invoice, client_id: str, now: datetime) -> list[SeenPosting]:
    """Return the postings that the hand-over itself has told of."""
    return [
        _noted(
            one,
            invoice.id,
            client_id=client_id,
            now=now,
            kind=PostingKind.INVOICE if is_own_posting(one, invoice) else PostingKind.EARLIER,
        )
        for one in invoice.postings
    ]


def _take(posting: Posting, reading: Reading, found: _Found) -> None:
    kind = _kind(posting, reading)
    reverses = None
    if kind is PostingKind.REVERSAL:
        reverses = _take_reversal(posting, reading, found)
        kind = kind if reverses else _unpaired(posting, reading)
    elif kind in _MONEY_IN:
        found.payments.append(PaymentFound(posting, kind))
    elif kind is PostingKind.CREDIT:
        found.credit_postings.append(posting)
    else:
        doubt = Doubt.WRITE_OFF if _touches(posting, reading, LOSSES) else Doubt.SET_OFF
        found.questions.append(Question(doubt, str(posting.id), abs(posting.amount)))
    before = reading.before
    row = _noted(
        posting, before.invoice_id, client_id=before.client_id, now=reading.now, kind=kind
    )
    found.noted.append(replace(row, reverses=reverses))


def _kind(posting: Posting, reading: Reading) -> PostingKind:
    if posting.voucher and posting.voucher.id in _credit_vouchers(reading):
        return PostingKind.CREDIT
    if posting.amount > 0:
        return PostingKind.REVERSAL
    if _touches(posting, reading, (reading.clearing,)):
        return PostingKind.AGENCY
    if is_invoice_posting(posting) or _voids(posting, reading.invoice):
        return PostingKind.CREDIT
    return _kind_by_accounts(posting, reading)


def _kind_by_accounts(posting: Posting, reading: Reading) -> PostingKind:
    others = [one for one in _accounts(posting, reading) if one not in RECEIVABLES]
    known = bool(_accounts(posting, reading))
    if any(one in LOSSES for one in others) or (known and not others):
        return PostingKind.OTHER
    if any(one in REVENUE for one in others):
        return PostingKind.CREDIT
    return PostingKind.PAYMENT


def _take_reversal(posting: Posting, reading: Reading, found: _Found) -> int | None:
    taken_back = _paired(posting, reading, found.noted)
    if taken_back is None:
        if _unpaired(posting, reading) is PostingKind.OTHER:
            question = Question(Doubt.UNPAIRED_REVERSAL, str(posting.id), posting.amount)
            found.questions.append(question)
        return None
    if taken_back.kind is PostingKind.EARLIER:
        question = Question(Doubt.EARLY_PAYMENT_TAKEN_BACK, str(posting.id), posting.amount)
        found.questions.append(question)
    else:
        found.reversals.append(ReversalFound(posting, taken_back))
    return taken_back.posting_id


def _unpaired(posting: Posting, reading: Reading) -> PostingKind:
    """Return what an increase of the debt is that takes no payment back."""
    touches_clearing = _touches(posting, reading, (reading.clearing,))
    return PostingKind.AGENCY if touches_clearing else PostingKind.OTHER


def _paired(
    posting: Posting, reading: Reading, noted: Sequence[SeenPosting]
) -> SeenPosting | None:
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
        return _MONEY_IN | {PostingKind.EARLIER}
    if _touches(posting, reading, (reading.clearing,)):
        return frozenset({PostingKind.AGENCY})
    return frozenset({PostingKind.PAYMENT, PostingKind.EARLIER})


def _credits(reading: Reading, found: _Found) -> list[CreditFound]:
    invoice = reading.invoice
    linked = [one for one in reading.credit_notes if one.credited_invoice == invoice.id]
    principal = _principal(found.noted, invoice)
    voided = next((one for one in found.credit_postings if _voids(one, invoice)), None)
    full = next((one for one in linked if invoice.is_credited or _covers(one, invoice)), None)
    if full is not None:
        number, day = str(full.invoice_number), full.invoice_date
        return _full(principal, full.id, number, day=day, reading=reading)
    if voided is not None and voided.voucher is not None:
        number = str(voided.voucher.number or voided.voucher.id)
        return _full(principal, voided.voucher.id, number, day=voided.date, reading=reading)
    if invoice.is_credited:
        number = str(invoice.invoice_number)
        return _full(principal, invoice.id, number, day=None, reading=reading)
    partly = [_part(one, principal, reading) for one in linked]
    return partly + _ledger_credits(reading, found, principal)


def _full(
    principal: Decimal, id_: int, number: str, *, day: date | None, reading: Reading
) -> list[CreditFound]:
    if principal <= 0:
        return []  # paid before it was credited: the collector has nothing left to take
    return [CreditFound(CreditScope.FULL, id_, number, day or reading.today, principal, ZERO)]


def _part(credit: Invoice, principal: Decimal, reading: Reading) -> CreditFound:
    amount = abs(credit.amount)
    return CreditFound(
        CreditScope.PARTIAL,
        credit.id,
        str(credit.invoice_number),
        credit.invoice_date or reading.today,
        amount,
        max(principal - amount, ZERO),
    )


def _ledger_credits(reading: Reading, found: _Found, principal: Decimal) -> list[CreditFound]:
    """Return credits that are postings only, or belong to an invoice with negative lines."""
    by_voucher = {one.voucher.id: one for one in reading.credit_notes if one.voucher}
    linked = {one.id for one in reading.credit_notes if one.credited_invoice == reading.invoice.id}
    result = []
    for posting in found.credit_postings:
        voucher = posting.voucher
        note = by_voucher.get(voucher.id) if voucher else None
        if note is not None and note.id in linked:
            continue
        amount = abs(posting.amount)
        id_ = note.id if note else (voucher.id if voucher else posting.id)
        number = str(note.invoice_number) if note else str(id_)
        day = posting.date or reading.today
        after = max(principal - amount, ZERO)
        result.append(CreditFound(CreditScope.PARTIAL, id_, number, day, amount, after))
    return result


def _partial(reading: Reading, found: Iterable[CreditFound]) -> list[Question]:
    return [
        Question(
            Doubt.PARTIAL_CREDIT,
            f"{reading.before.claim_reference}:{one.credit_note_id}",
            one.amount,
        )
        for one in found
        if one.scope is not CreditScope.FULL
    ]


def _unexplained(reading: Reading, found: _Found) -> list[Question]:
    """Ask when less is outstanding than postings explain: matched, or read without rights."""
    open_now = reading.invoice.amount_outstanding
    explained = reading.invoice.amount + sum(
        (one.amount for one in found.noted if one.kind is not PostingKind.INVOICE), ZERO
    )
    missing = explained - open_now
    if missing <= 0 or open_now == reading.before.outstanding:
        return []
    key = f"{reading.before.claim_reference}:{open_now}"
    return [Question(Doubt.UNEXPLAINED_BALANCE, key, missing)]


def _principal(noted: Iterable[SeenPosting], invoice: Invoice) -> Decimal:
    moved = _MONEY_IN | {PostingKind.REVERSAL, PostingKind.EARLIER}
    return invoice.amount + sum((one.amount for one in noted if one.kind in moved), ZERO)


def _covers(credit: Invoice, invoice: Invoice) -> bool:
    return abs(credit.amount) >= invoice.amount


def _credit_vouchers(reading: Reading) -> set[int]:
    return {one.voucher.id for one in reading.credit_notes if one.voucher}


def _voids(posting: Posting, invoice: Invoice) -> bool:
    """Tell whether a posting belongs to the reversal of the invoice's own voucher."""
    reversed_voucher = posting.voucher.reverse_voucher if posting.voucher else None
    own = invoice.voucher
    return reversed_voucher is not None and own is not None and reversed_voucher.id == own.id


def _accounts(posting: Posting, reading: Reading) -> Collection[int]:
    return reading.accounts.get(posting.voucher.id, ()) if posting.voucher else ()


def _touches(posting: Posting, reading: Reading, accounts: Collection[int]) -> bool:
    return any(one in accounts for one in _accounts(posting, reading))


def _noted(
    posting: Posting, invoice_id: int, *, client_id: str, now: datetime, kind: PostingKind
) -> SeenPosting:
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
