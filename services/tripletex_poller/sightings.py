"""Which invoices a poll has to read: what moved, and what has become due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.providers.tripletex.wire import Invoice, OpenPost
from shared.receivables.candidates import is_debt, is_due_for_hand_over
from shared.receivables.eligibility import Terms
from shared.store.watched import WatchedInvoice

NOBODY = 0
"""Stands for the customer of a post that has none."""


@dataclass(frozen=True, slots=True)
class ToRead:
    """What to read: known invoices by id, others by their voucher."""

    invoice_ids: frozenset[int]
    voucher_ids: frozenset[int]


def by_customer(posts: Iterable[OpenPost]) -> dict[int, list[OpenPost]]:
    """Return open posts by the customer they stand on."""
    found: dict[int, list[OpenPost]] = {}
    for post in posts:
        found.setdefault(post.customer.id if post.customer else NOBODY, []).append(post)
    return found


def lines(posts: Iterable[OpenPost]) -> tuple[str, ...]:
    """Return posts in the form that is kept and compared: id, amount and due date."""
    return tuple(sorted(f"{one.id}:{one.amount}:{one.term_of_payment or ''}" for one in posts))


def moved_customers(
    before: Mapping[int, Sequence[str]], now: Mapping[int, Sequence[OpenPost]]
) -> dict[int, tuple[str, ...]]:
    """Return the customers whose open posts are not those of the last poll, with the new ones."""
    lines_now = {customer: lines(posts) for customer, posts in now.items()}
    return {
        customer: lines_now.get(customer, ())
        for customer in {*before, *lines_now}
        if tuple(before.get(customer, ())) != lines_now.get(customer, ())
    }


def due_posts(posts: Iterable[OpenPost], terms: Terms, today: date) -> dict[int, OpenPost]:
    """Return the debts that are overdue enough, by the id of their voucher."""
    return {
        one.voucher.id: one
        for one in posts
        if one.voucher and is_debt(one) and is_due_for_hand_over(one.term_of_payment, terms, today)
    }


def to_read(
    *,
    due: Mapping[int, OpenPost],
    known: Mapping[int, WatchedInvoice],
    moved: Mapping[int, Sequence[OpenPost]],
    followed: Iterable[WatchedInvoice],
    again: Iterable[WatchedInvoice],
) -> ToRead:
    """Return what a poll has to read.

    Args:
        due: Debts overdue enough, by voucher.
        known: What is known of invoices with those vouchers.
        moved: The customers whose open posts have changed, with all their open posts.
        followed: Handed-over invoices of those customers.
        again: Waiting invoices that are to be read again today.
    """
    live = _live(followed, moved)
    ids = {one.invoice_id for one in live} | {one.invoice_id for one in again}
    vouchers = {voucher for voucher in due if voucher not in known}
    for voucher, invoice in known.items():
        customer = invoice.customer_id
        if voucher in due and customer in moved and invoice.handed_over_at is None:
            ids.add(invoice.invoice_id)
    return ToRead(frozenset(ids), frozenset(vouchers | _negative(live, moved)))


def sweep_to_read(
    heads: Iterable[Invoice],
    known: Mapping[int, WatchedInvoice],
    terms: Terms,
    *,
    today: date,
) -> ToRead:
    """Return what a full sweep has to read, from the heads of one window of invoices."""
    found: set[int] = set()
    for head in heads:
        before = known.get(head.id)
        if before is None or before.handed_over_at is None:
            if _worth_reading(head, before, terms, today):
                found.add(head.id)
        elif (head.amount_outstanding, head.is_credited) != (
            before.outstanding,
            before.is_credited,
        ):
            found.add(head.id)
        original = known.get(head.credited_invoice)
        if original and original.handed_over_at and not original.is_credited:
            found |= {head.id, original.invoice_id}
    return ToRead(frozenset(found), frozenset())


def _live(
    followed: Iterable[WatchedInvoice], moved: Mapping[int, Sequence[OpenPost]]
) -> list[WatchedInvoice]:
    """Return the handed-over invoices a change may be about: the open ones, and those named."""
    posts = [post for customer in moved.values() for post in customer]
    vouchers = {post.voucher.id for post in posts if post.voucher}
    numbers = {post.invoice_number for post in posts if post.invoice_number}
    return [
        one
        for one in followed
        if (one.outstanding != 0 and not one.is_credited)
        or one.voucher_id in vouchers
        or one.invoice_number in numbers
    ]


def _negative(live: Iterable[WatchedInvoice], moved: Mapping[int, Sequence[OpenPost]]) -> set[int]:
    """Return vouchers that may be credit notes on a live invoice: open and not owed to us."""
    concerned = {one.customer_id for one in live}
    return {
        post.voucher.id
        for customer, posts in moved.items()
        if customer in concerned
        for post in posts
        if post.voucher and post.amount < 0
    }


def _worth_reading(
    head: Invoice, before: WatchedInvoice | None, terms: Terms, today: date
) -> bool:
    due = is_due_for_hand_over(head.invoice_due_date, terms, today)
    if not due or head.amount_outstanding <= 0:
        return False
    if before is None:
        return True
    again = before.look_again_on
    return before.outstanding != head.amount_outstanding or bool(again and again <= today)
