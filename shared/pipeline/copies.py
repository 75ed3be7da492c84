"""The copies a failed message leaves: a later try, a dead letter, a row in its history.

A copy has the original bytes, the original message id and headers built anew: received headers
are never passed on (see ``shared.bus.headers``).
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from datetime import datetime

from shared.bus.headers import outgoing
from shared.bus.port import Delivery
from shared.faults import Fault
from shared.pipeline.taken import attempt_of, first_seen_of
from shared.pipeline.verdict import RetryAt
from shared.store.attempts import Attempt
from shared.store.outbox import OutboxRow

DEAD_LETTERS = "dead-letters"
DIRECT = ""
REPLAY_ID = "replay-id"
TRACEPARENT = "traceparent"
UNNAMED = "unnamed"

# In characters, of at most four bytes each: the whole block stays under 4 KiB.
MESSAGE_LIMIT = 400
CODE_LIMIT = 100
CARRIED_LIMIT = 64

_ROW = re.compile(r"^DETAIL:.*$", re.MULTILINE)
"""Where PostgreSQL quotes the row that it refused."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages are handled; written on every dead letter."""

    service: str
    handler: str


def later_try(delivery: Delivery, verdict: RetryAt, *, now: datetime) -> OutboxRow:
    """Return the row that delivers a message again, to the one queue that failed."""
    first_seen = first_seen_of(delivery.headers) or now
    headers = outgoing(
        _carried(delivery), attempt=verdict.attempt, first_seen=first_seen.isoformat()
    )
    return OutboxRow(
        message_id=message_id_of(delivery),
        exchange=DIRECT,
        routing_key=delivery.queue,
        body=delivery.body,
        content_type=_clean(delivery.content_type),
        type=_clean(delivery.type),
        headers=headers,
        attempt=verdict.attempt,
        first_seen=first_seen,
        available_at=verdict.at,
        created_at=now,
    )


def dead_letter(delivery: Delivery, fault: Fault, place: Place, *, now: datetime) -> OutboxRow:
    """Return the row that lays a message among the dead letters of its queue."""
    first_seen = first_seen_of(delivery.headers) or now
    attempt = attempt_of(delivery.headers)
    headers = outgoing(
        _carried(delivery),
        attempt=attempt,
        first_seen=first_seen.isoformat(),
        origin_queue=delivery.queue,
        fault_class=type(fault).__name__,
        fault_code=_clean(fault.code)[:CODE_LIMIT],
        fault_message=_clean(fault.message)[:MESSAGE_LIMIT],
        fault_dependency=fault.dependency or None,
        fault_service=place.service,
        fault_handler=place.handler,
        fault_first_at=first_seen.isoformat(),
        fault_last_at=now.isoformat(),
    )
    return OutboxRow(
        message_id=message_id_of(delivery),
        exchange=DEAD_LETTERS,
        routing_key=delivery.queue,
        body=delivery.body,
        content_type=_clean(delivery.content_type),
        type=_clean(delivery.type),
        headers=headers,
        attempt=attempt,
        first_seen=first_seen,
        available_at=now,
        created_at=now,
    )


def failed_try(delivery: Delivery, fault: Fault, *, now: datetime) -> Attempt:
    """Return the row that keeps why a try failed, with the trace of what caused the fault."""
    cause = fault.__cause__
    told = "" if cause is None else "".join(traceback.format_exception(cause))
    told = _ROW.sub("DETAIL: left out", told)
    return Attempt(
        message_id=message_id_of(delivery),
        queue=delivery.queue,
        attempt=attempt_of(delivery.headers),
        at=now,
        fault=type(fault).__name__,
        code=_clean(fault.code),
        dependency=fault.dependency,
        message=_clean(fault.message),
        trace=_clean(told),
    )


def message_id_of(delivery: Delivery) -> str:
    """Return the id of a delivery as text that a database keeps."""
    return _clean(delivery.message_id)[:255] or UNNAMED


def _carried(delivery: Delivery) -> dict[str, object]:
    return {
        name: _clean(told)[:CARRIED_LIMIT]
        for name in (REPLAY_ID, TRACEPARENT)
        if isinstance(told := delivery.headers.get(name), str)
    }


def _clean(text: str) -> str:
    return text.replace("\x00", "?")  # PostgreSQL keeps no NUL in text
