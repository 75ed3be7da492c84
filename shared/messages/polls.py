"""Requests to look: what tickers, operators and webhooks queue for the pollers."""

from __future__ import annotations

from datetime import date

from shared.messages.envelope import Body, Instant
from shared.messages.ids import InvoiceId


class PollRequest(Body):
    """Look for changes in a client's Tripletex.

    Attributes:
        full: Sweep all invoices by invoice date instead of the open posts.
        today: The civil date in Europe/Oslo the poll is for.
    """

    requested_at: Instant
    today: date
    full: bool = False


class ReadInvoices(Body):
    """Read these invoices in Tripletex and tell what changed; at most one hundred."""

    requested_at: Instant
    today: date
    invoice_ids: tuple[InvoiceId, ...] = ()
    voucher_ids: tuple[int, ...] = ()


class FeedRequest(Body):
    """Read the client's event and settlement feeds at the collector."""

    requested_at: Instant
