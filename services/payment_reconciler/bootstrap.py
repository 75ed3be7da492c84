"""Puts the payment-reconciler together."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.payment_reconciler.feeds import FeedReader
from services.payment_reconciler.handlers import Reconciler
from services.payment_reconciler.judging import SettlementJudge
from shared.messages.catalog import POLL_FEED, AnyEvent, event
from shared.messages.polls import FeedRequest
from shared.pipeline.service import Consumer, Service, Ticker
from shared.runtime.resources import Resources
from shared.store import clients
from shared.store.clients import ClientState
from shared.store.engine import Store
from shared.store.outbox import enqueue

QUEUE = "payment-reconciler"
EVERY = timedelta(minutes=15)
FOLLOWED = frozenset({ClientState.ACTIVE, ClientState.PAUSED})
"""A paused client hands nothing over, but what is at ECPay goes on and must be booked."""


def build(resources: Resources) -> Service:
    """Build the service from what the process has opened."""
    store, clock = resources.store, resources.clock
    reconciler = Reconciler(
        store,
        clock,
        read_feeds=FeedReader(store, resources.ecpay, clock),
        judge_settlement=SettlementJudge(store, clock),
    )

    async def look() -> None:
        await request_feeds(store, moment=clock.now(), now=clock.now())

    async def tick() -> bool:
        await request_feeds(store, moment=slot(clock.now()), now=clock.now())
        return False  # all of them were asked for

    return Service(
        name=QUEUE,
        consumers=(Consumer(QUEUE, reconciler),),
        tickers=(Ticker("read-feeds", EVERY, tick),),
        round=look,
    )


def slot(now: datetime) -> datetime:
    """Return the start of the quarter of an hour: replicas that tick in it ask the same."""
    return now - timedelta(seconds=now.timestamp() % EVERY.total_seconds())


async def request_feeds(store: Store, *, moment: datetime, now: datetime) -> None:
    """Queue a feed request for every client whose cases are followed.

    Args:
        store: Where clients and outbox are.
        moment: What tells one request from another.
        now: The present instant.
    """
    followed = [one for one in await clients.all_clients(store) if one.state in FOLLOWED]
    await enqueue(store, [feed_request(one.client_id, moment) for one in followed], now=now)


def feed_request(client_id: str, moment: datetime) -> AnyEvent:
    """Return the message that asks for a client's feeds to be read."""
    return event(
        POLL_FEED,
        FeedRequest(client_id=client_id, requested_at=moment),
        subject=client_id,
        system="restanse",
        time=moment,
        key=moment.isoformat(),
    )
