"""Sort a batch by client and kind and hand each part to what handles it.

Clients are handled side by side, so that one whose agreement is slow or shut holds up no other;
the kinds of one client one after the other. What goes wrong in one part stays there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from services.ecpay_forwarder.handlers.claims import register
from services.ecpay_forwarder.handlers.credits import report_credit
from services.ecpay_forwarder.handlers.desk import Desk
from services.ecpay_forwarder.handlers.pauses import pause
from services.ecpay_forwarder.handlers.payments import report
from services.ecpay_forwarder.handlers.reversals import reverse
from shared.faults import Invalid
from shared.messages.catalog import (
    CREDIT_NOTE_ISSUED,
    CREDIT_NOTE_UNSUPPORTED,
    INVOICE_OVERDUE,
    PAYMENT_DIRECT,
    PAYMENT_DIRECT_REVERSED,
)
from shared.pipeline.isolation import outcomes_of
from shared.pipeline.outcomes import Dead, Handler, Incoming, Outcome
from shared.pipeline.single import one_by_one
from shared.providers.ecpay.client import LARGEST_BATCH

AT_ONCE = 8
"""Reversals, credits or pauses of one client that are on their way at the same time."""


class Forwarder:
    """Handles the one queue of the forwarder, which carries five kinds of message."""

    def __init__(self, desk: Desk) -> None:
        self._kinds: dict[str, Handler] = {
            INVOICE_OVERDUE.name: partial(register, desk),
            PAYMENT_DIRECT.name: partial(report, desk),
            PAYMENT_DIRECT_REVERSED.name: one_by_one(partial(reverse, desk), concurrency=AT_ONCE),
            CREDIT_NOTE_ISSUED.name: one_by_one(partial(report_credit, desk), concurrency=AT_ONCE),
            CREDIT_NOTE_UNSUPPORTED.name: one_by_one(partial(pause, desk), concurrency=AT_ONCE),
        }

    async def handle(self, batch: Sequence[Incoming]) -> Sequence[Outcome]:
        """Handle a batch of any clients and kinds; returns one outcome per message, in order."""
        clients: dict[str, list[int]] = {}
        for place, incoming in enumerate(batch):
            clients.setdefault(incoming.message.data.client_id, []).append(place)
        parts = await asyncio.gather(*(self._client(batch, places) for places in clients.values()))
        outcomes = {place: outcome for part in parts for place, outcome in part.items()}
        return [outcomes[place] for place in range(len(batch))]

    async def _client(
        self, batch: Sequence[Incoming], places: Sequence[int]
    ) -> dict[int, Outcome]:
        outcomes: dict[int, Outcome] = {
            place: Dead(_foreign(batch[place]))
            for place in places
            if batch[place].message.type not in self._kinds
        }
        for name, handler in self._kinds.items():
            own = [place for place in places if batch[place].message.type == name]
            for start in range(0, len(own), LARGEST_BATCH):
                part = own[start : start + LARGEST_BATCH]
                said = await outcomes_of(handler, [batch[place] for place in part])
                outcomes |= dict(zip(part, said, strict=True))
        return outcomes


def _foreign(incoming: Incoming) -> Invalid:
    msg = f"ecpay-forwarder does not handle {incoming.message.type}"
    return Invalid(msg, code="NOT_FOR_THIS_QUEUE", field="type")
