"""Reading ECPay's feeds: events for what is shown, settlements for what is booked.

Both are read from where the last reading ended. What a page says and the position after it are
committed together by the pipeline; a crash reads the page again and makes the same messages.
A request reads a bounded number of pages and queues another request for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from services.payment_reconciler.mapping import (
    ECPAY,
    REJECTED,
    closed_of,
    collected_of,
    news_of,
    settlement_of,
)
from shared.clock import Clock
from shared.faults import Invalid
from shared.messages.catalog import POLL_FEED, SETTLEMENT_ISSUED, AnyEvent, event
from shared.messages.polls import FeedRequest
from shared.messages.settlements import Settlement
from shared.pipeline.outcomes import Done, Incoming
from shared.providers.ecpay.client import Creditor, Ecpay
from shared.providers.ecpay.settlements import SettlementHeader
from shared.providers.ecpay.wire import Event
from shared.store import clients, feeds, settlements
from shared.store.engine import Store
from shared.store.feeds import Feed
from shared.store.tasks import open_task
from shared.store.write import Write

log = structlog.get_logger()

EVENT_PAGES = 20
SETTLEMENT_PAGES = 4
SETTLEMENTS_A_PAGE = 25
"""Each settlement costs a call of its own, so a request reads at most a hundred of them."""


@dataclass(slots=True)
class Reading:
    """What was read so far in one request."""

    client_id: str
    now: datetime
    messages: list[AnyEvent] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    has_more: bool = False
    positions: list[str] = field(default_factory=list)

    def moved(self, feed: Feed, before: str | None, after: str | None) -> None:
        """Remember the new position of a feed."""
        if after is not None and after != before:
            self.writes.append(feeds.move_cursor(self.client_id, feed, after, now=self.now))
        self.positions.append(after or "")


class FeedReader:
    """Reads both feeds of a client; safe to repeat and to run twice at once."""

    def __init__(self, store: Store, ecpay: Ecpay, clock: Clock) -> None:
        self._store = store
        self._ecpay = ecpay
        self._clock = clock

    async def __call__(self, incoming: Incoming) -> Done:
        """Read what is new for the client of a feed request."""
        request: FeedRequest = incoming.message.data
        client = await clients.client(self._store, request.client_id)
        creditor = self._ecpay.creditor(client.ecpay_client_id, client_id=client.client_id)
        reading = Reading(client.client_id, self._clock.now())
        await self._events(creditor, reading)
        await self._settlements(creditor, reading)
        if reading.has_more:
            reading.messages.append(_rest(request, reading))
        log.info(
            "feeds read",
            client_id=client.client_id,
            messages=len(reading.messages),
            has_more=reading.has_more,
        )
        return Done(messages=tuple(reading.messages), writes=tuple(reading.writes))

    async def _events(self, creditor: Creditor, reading: Reading) -> None:
        start = await feeds.cursor(self._store, reading.client_id, Feed.EVENTS)
        position, more = start, True
        for _ in range(EVENT_PAGES):
            page = await creditor.events(position)
            for told in page.items:
                _take_event(told, reading)
            position, more = page.next_cursor, page.has_more
            if not more:
                break
        reading.moved(Feed.EVENTS, start, position)
        reading.has_more |= more

    async def _settlements(self, creditor: Creditor, reading: Reading) -> None:
        start = await feeds.cursor(self._store, reading.client_id, Feed.SETTLEMENTS)
        position, more = start, True
        for _ in range(SETTLEMENT_PAGES):
            page = await creditor.settlements(position, limit=SETTLEMENTS_A_PAGE)
            for settlement_id in await self._news(page.items, reading):
                await self._settlement(creditor, settlement_id, reading)
            position, more = page.next_cursor, page.has_more
            if not more:
                break
        reading.moved(Feed.SETTLEMENTS, start, position)
        reading.has_more |= more

    async def _news(
        self, headers: Sequence[SettlementHeader], reading: Reading
    ) -> tuple[str, ...]:
        ids = [header.settlement_id for header in headers]
        known = await settlements.contents(self._store, reading.client_id, ids)
        return tuple(
            dict.fromkeys(
                header.settlement_id
                for header in headers
                if known.get(header.settlement_id) != settlements.content_digest(header)
            )
        )

    async def _settlement(self, creditor: Creditor, settlement_id: str, reading: Reading) -> None:
        try:
            found = await creditor.settlement(settlement_id)
            settlement = settlement_of(found, client_id=reading.client_id, observed_at=reading.now)
        except Invalid as fault:
            reading.writes.append(_unreadable(settlement_id, fault, reading))
            return
        reading.messages.append(_issued(settlement))


def _issued(settlement: Settlement) -> AnyEvent:
    """Return the message that a settlement was issued; the same content is the same message."""
    return event(
        SETTLEMENT_ISSUED,
        settlement,
        subject=settlement.settlement_id,
        system=ECPAY,
        time=settlement.observed_at,
        key=f"{settlement.settlement_id}:{settlements.content_digest(settlement)}",
    )


def _take_event(told: Event, reading: Reading) -> None:
    news = news_of(told, client_id=reading.client_id)
    if news is not None:
        reading.writes.append(feeds.mirror(news))
    for message in (
        closed_of(told, client_id=reading.client_id),
        collected_of(told, client_id=reading.client_id, observed_at=reading.now),
    ):
        if message is not None:
            reading.messages.append(message)
    if told.type == REJECTED:
        reading.writes.append(_rejected(told, reading))


def _rest(request: FeedRequest, reading: Reading) -> AnyEvent:
    return event(
        POLL_FEED,
        request,
        subject=request.client_id,
        system="restanse",
        time=reading.now,
        key=f"{request.requested_at.isoformat()}:{':'.join(reading.positions)}",
    )


def _unreadable(settlement_id: str, fault: Invalid, reading: Reading) -> Write:
    return open_task(
        reading.client_id,
        "settlement-unreadable",
        settlement_id,
        f"Settlement {settlement_id} cannot be read",
        "Nothing of it was booked. Ask ECPay to issue it again, and name this fault: "
        f"{fault.message}",
        now=reading.now,
    )


def _rejected(told: Event, reading: Reading) -> Write:
    return open_task(
        reading.client_id,
        "claim-rejected",
        f"{told.claim_reference}:{told.sequence}",
        f"ECPay has rejected case {told.case_number}",
        f"Reason: {told.data.reason or told.data.close_code or 'not given'}. Correct it in "
        "Tripletex or at ECPay, or follow the invoice up yourself.",
        now=reading.now,
        detail={"claim_reference": told.claim_reference},
    )
