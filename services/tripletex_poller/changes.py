"""What happened to a handed-over invoice since it was last read. Pure.

Everything is found by posting id, so back-dated payments, several at once and repeated readings
come out right. ``Invoice.version`` says nothing: it does not move when a payment is registered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from services.tripletex_poller.postings import (
    LOSSES,
    MONEY_IN,
    Reading,
    kind_of,
    noted,
    paired,
    told_of,
    touches,
    unpaired,
    unseen_postings,
    voids,
)
from shared.messages.credit_notes import CreditScope
from shared.messages.money import ZERO
from shared.providers.tripletex.wire import Invoice, Posting
from shared.receivables.mapping import is_own_posting
from shared.store.watched import PostingKind, SeenPosting


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


@dataclass(slots=True)
class _Found:
    """What has been found so far, while the new postings are gone through."""

    noted: list[SeenPosting]
    payments: list[PaymentFound] = field(default_factory=list)
    reversals: list[ReversalFound] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    credit_postings: list[Posting] = field(default_factory=list)


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
        noted(
            one,
            invoice.id,
            client_id=client_id,
            now=now,
            kind=PostingKind.INVOICE if is_own_posting(one, invoice) else PostingKind.EARLIER,
        )
        for one in invoice.postings
    ]


def _take(posting: Posting, reading: Reading, found: _Found) -> None:
    kind = kind_of(posting, reading)
    reverses = None
    if kind is PostingKind.REVERSAL:
        reverses = _take_reversal(posting, reading, found)
        kind = kind if reverses else unpaired(posting, reading)
    elif kind in MONEY_IN:
        found.payments.append(PaymentFound(posting, kind))
    elif kind is PostingKind.CREDIT:
        found.credit_postings.append(posting)
    else:
        doubt = Doubt.WRITE_OFF if touches(posting, reading, LOSSES) else Doubt.SET_OFF
        found.questions.append(Question(doubt, str(posting.id), abs(posting.amount)))
    before = reading.before
    row = noted(posting, before.invoice_id, client_id=before.client_id, now=reading.now, kind=kind)
    found.noted.append(replace(row, reverses=reverses))


def _take_reversal(posting: Posting, reading: Reading, found: _Found) -> int | None:
    taken_back = paired(posting, reading, found.noted)
    if taken_back is None:
        if unpaired(posting, reading) is PostingKind.OTHER:
            question = Question(Doubt.UNPAIRED_REVERSAL, str(posting.id), posting.amount)
            found.questions.append(question)
        return None
    if taken_back.kind is PostingKind.EARLIER:
        question = Question(Doubt.EARLY_PAYMENT_TAKEN_BACK, str(posting.id), posting.amount)
        found.questions.append(question)
    else:
        found.reversals.append(ReversalFound(posting, taken_back))
    return taken_back.posting_id


def _credits(reading: Reading, found: _Found) -> list[CreditFound]:
    invoice = reading.invoice
    linked = [one for one in reading.credit_notes if one.credited_invoice == invoice.id]
    principal = _principal(found.noted, invoice)
    voided = next((one for one in found.credit_postings if voids(one, invoice)), None)
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


def _principal(rows: Iterable[SeenPosting], invoice: Invoice) -> Decimal:
    moved = MONEY_IN | {PostingKind.REVERSAL, PostingKind.EARLIER}
    return invoice.amount + sum((one.amount for one in rows if one.kind in moved), ZERO)


def _covers(credit: Invoice, invoice: Invoice) -> bool:
    return abs(credit.amount) >= invoice.amount
