"""Asking for a look at both systems now, instead of when the tickers are due."""

from __future__ import annotations

from datetime import date, datetime

from shared.faults import Invalid
from shared.messages.catalog import POLL_FEED, POLL_REQUESTED, AnyEvent, EventType, event
from shared.messages.envelope import Body
from shared.messages.polls import FeedRequest, PollRequest
from shared.operations.acts import Act
from shared.store.clients import Client, ClientState, active_clients, client
from shared.store.engine import Store
from shared.store.outbox import enqueue


async def request_polls(
    store: Store, client_id: str | None, *, full: bool, today: date, by: Act
) -> tuple[str, ...]:
    """Queue a look at one client, or at every active one; returns whom.

    The client's Tripletex is polled and its feeds at ECPay are read, by the services that run.

    Raises:
        Invalid: There is no such client, or its flow was never confirmed.
    """
    if client_id is None:
        wanted = await active_clients(store)
    else:
        wanted = (_started(await client(store, client_id)),)
    polls = [_poll(each, full=full, today=today, now=by.at) for each in wanted]
    feeds = [_feed(each, now=by.at) for each in wanted]
    await enqueue(store, [*polls, *feeds], now=by.at)
    named = tuple(each.client_id for each in wanted)
    await store.commit([by.written("poll", subjects=named, detail={"full": full})])
    return named


def _started(wanted: Client) -> Client:
    if wanted.state is ClientState.ADDED:
        raise Invalid(
            f"client {wanted.client_id} is not started, so nothing would be sent; "
            f"'restanse client confirm {wanted.client_id}' starts it",
            code="NOT_STARTED",
        )
    return wanted


def _poll(wanted: Client, *, full: bool, today: date, now: datetime) -> AnyEvent:
    body = PollRequest(client_id=wanted.client_id, requested_at=now, today=today, full=full)
    return _request(POLL_REQUESTED, body, now)


def _feed(wanted: Client, *, now: datetime) -> AnyEvent:
    return _request(POLL_FEED, FeedRequest(client_id=wanted.client_id, requested_at=now), now)


def _request(kind: EventType, body: Body, now: datetime) -> AnyEvent:
    who = body.client_id
    return event(
        kind, body, subject=who, system="restanse", time=now, key=f"{who} {now.isoformat()}"
    )
