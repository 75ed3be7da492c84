"""Builds the service from the outside world it is handed."""

from __future__ import annotations

from services.ecpay_forwarder.handlers.desk import Desk
from services.ecpay_forwarder.handlers.dispatch import Forwarder
from shared.pipeline.service import Consumer, Service
from shared.providers.ecpay.client import LARGEST_BATCH
from shared.runtime.resources import Resources

QUEUE = "ecpay-forwarder"


def build(resources: Resources) -> Service:
    """Return the service that writes to ECPay."""
    desk = Desk(
        store=resources.store,
        clock=resources.clock,
        ecpay=resources.ecpay,
        tripletex=resources.tripletex,
        sealer=resources.sealer,
    )
    consumer = Consumer(
        QUEUE,
        Forwarder(desk).handle,
        batch=LARGEST_BATCH,
        linger=0.05,
        prefetch=2 * LARGEST_BATCH,
        concurrency=2,
    )
    return Service(name="ecpay-forwarder", consumers=(consumer,))
