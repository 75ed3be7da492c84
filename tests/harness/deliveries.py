"""Deliveries that no broker made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.bus.port import Delivery

_DELIVERY = Delivery(
    queue="payment-reconciler",
    epoch=1,
    tag=7,
    body=b"\x00\xff not a message",
    message_id="m-1",
    content_type="application/cloudevents+json",
    type="no.restanse.payment.received.v1",
    exchange="payments",
    routing_key="received.acme",
    headers={},
    redelivered=False,
    delivery_count=0,
)


def a_delivery(**changes: Any) -> Delivery:
    """Return a delivery whose bytes cannot be read, unless they are given."""
    return replace(_DELIVERY, **changes)
