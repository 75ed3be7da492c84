"""Puts the tripletex-poller together."""

from __future__ import annotations

from datetime import timedelta

from services.tripletex_poller.handlers import Poller
from services.tripletex_poller.mapping import poll_request
from services.tripletex_poller.reader import InvoiceReader
from services.tripletex_poller.schedule import EVERY, next_night
from shared.pipeline.service import Consumer, Service, Ticker
from shared.pipeline.single import one_by_one
from shared.providers.tripletex.client import Company
from shared.runtime.resources import Resources
from shared.store.clients import Client, all_clients
from shared.store.outbox import enqueue
from shared.store.poll import POLLED, claim_due

QUEUE = "tripletex-poller"
LOOK_FOR_DUE = timedelta(seconds=20)
AT_ONCE = 8
"""Messages of a batch worked on at once; a shared limiter keeps the calls of a token in bounds."""


def build(resources: Resources) -> Service:
    """Build the service from what the process has opened."""
    store, clock = resources.store, resources.clock

    def open_company(client: Client) -> Company:
        token = resources.sealer.open(client.employee_token)
        return resources.tripletex.company(client, token)

    async def tick() -> bool:
        now = clock.now()
        due = await claim_due(store, now=now, every=EVERY, next_sweep=next_night(now))
        today = clock.today()
        requests = [
            poll_request(one.client_id, now=now, today=today, full=one.sweep) for one in due
        ]
        await enqueue(store, requests, now=now)
        return bool(due)

    async def look() -> None:
        now, today = clock.now(), clock.today()
        polled = [one for one in await all_clients(store) if one.state in POLLED]
        requests = [
            poll_request(one.client_id, now=now, today=today, full=False) for one in polled
        ]
        await enqueue(store, requests, now=now)

    poller = Poller(store, clock, open_company, InvoiceReader(store, clock))
    return Service(
        name=QUEUE,
        consumers=(Consumer(QUEUE, one_by_one(poller, concurrency=AT_ONCE), batch=AT_ONCE),),
        tickers=(Ticker("queue-polls", LOOK_FOR_DUE, tick),),
        round=look,
    )
