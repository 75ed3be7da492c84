"""Asking for a look at Tripletex now, instead of when the ticker is due."""

from __future__ import annotations

from datetime import date, datetime

from shared.faults import Invalid
from shared.messages.catalog import POLL_REQUESTED, AnyEvent, event
from shared.messages.polls import PollRequest
from shared.operations.acts import Act
from shared.store.clients import Client, ClientState, active_clients, client
from shared.store.engine import Store
from shared.store.outbox import enqueue


async def request_polls(
    store: Store, client_id: str | None, *, full: bool, today: date, by: Act
) -> tuple[str, ...]:
    """Queue a poll of one client, or of every active one; returns whom.

    A running poller takes it from there.

    Raises:
        Invalid: There is no such client, or its flow was never confirmed.
    """
    if client_id is None:
        wanted = await active_clients(store)
    else:
        wanted = (_started(await client(store, client_id)),)
    await enqueue(
        store, [_request(each, full=full, today=today, now=by.at) for each in wanted], now=by.at
    )
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


def _request(wanted: Client, *, full: bool, today: date, now: datetime) -> AnyEvent:
    body = PollRequest(client_id=wanted.client_id, requested_at=now, today=today, full=full)
    return event(
        POLL_REQUESTED,
        body,
        subject=wanted.client_id,
        system="restanse",
        time=now,
        key=f"{wanted.client_id} {now.isoformat()}",
    )
