"""Gathers what the report tells, from the public side of both systems and our own books."""

from __future__ import annotations

from collections import Counter

from prometheus_client import REGISTRY

from services.sandbox.demo.enrolling import OPERATOR
from services.sandbox.demo.report import Story
from services.sandbox.demo.stage import Stage
from services.sandbox.demo.troubles import Troubles
from shared.bus.topology import CONSUMER_QUEUES, dlq
from shared.operations.reconciliation import reconcile
from shared.runtime.process import Process
from shared.runtime.resources import Resources
from shared.store.clients import all_clients
from shared.store.tasks import list_tasks

_MANY = 100_000


async def tell(
    stage: Stage,
    troubles: Troubles,
    process: Process,
    resources: Resources,
    *,
    days: int,
    seconds: float,
) -> Story:
    """Return the story of a demo that has come to rest."""
    clients = await all_clients(resources.store)
    tasks = await list_tasks(resources.store, limit=_MANY)
    return Story(
        days=days,
        issued=stage.issued,
        vouchers=stage.vouchers,
        acts=stage.counts,
        failures=troubles.met,
        retries=_retries(),
        tasks=Counter(task.kind for task in tasks),
        dead_letters={
            queue: (await process.link.state(dlq(queue))).ready for queue in CONSUMER_QUEUES
        },
        broken=tuple(stage.audit()),
        report=await reconcile(resources.desk(OPERATOR), clients),
        seconds=seconds,
    )


def _retries() -> int:
    return int(
        sum(
            sample.value
            for metric in REGISTRY.collect()
            if metric.name == "restanse_message_retries"
            for sample in metric.samples
            if sample.name.endswith("_total")
        )
    )
