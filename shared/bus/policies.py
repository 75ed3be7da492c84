"""What about a queue may change later: RabbitMQ policies as values.

Exactly one policy applies to a queue, and equal priorities are a draw, so every policy has a
priority of its own and patterns do not overlap. ``apply-to`` is ``queues`` because RabbitMQ 3.10
refuses the narrower ``quorum_queues``.

Source: https://www.rabbitmq.com/docs/policies, https://www.rabbitmq.com/docs/quorum-queues
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from shared.bus.topology import CONSUMER_QUEUES, DEAD_LETTERS, JOURNAL, UNROUTABLE, dlq, quarantine

DELIVERY_LIMIT = 20
QUARANTINE_LIMIT = 3
MAX_LENGTH = 1_000_000
JOURNAL_AGE = "7D"
# From 4.0 a queue without a limit gets 20, and drops what passes it. Dead letters must never be.
NEVER = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, as the management API and ``rabbitmqctl set_policy`` take it.

    Attributes:
        pattern: Regular expression on queue names.
        priority: The highest matching one wins; distinct among ours.
    """

    name: str
    pattern: str
    priority: int
    definition: Mapping[str, str | int] = field(hash=False)
    apply_to: str = "queues"

    def covers(self, queue: str) -> bool:
        """Tell whether the pattern matches a queue."""
        return re.search(self.pattern, queue) is not None


@cache
def policies() -> tuple[Policy, ...]:
    """Return all policies."""
    made: list[tuple[str, str, dict[str, str | int]]] = [
        *(_consumer(queue, queue, DELIVERY_LIMIT) for queue in CONSUMER_QUEUES),
        *(_consumer(queue, quarantine(queue), QUARANTINE_LIMIT) for queue in CONSUMER_QUEUES),
        *(_kept(dlq(queue)) for queue in CONSUMER_QUEUES),
        _kept(UNROUTABLE),
        ("journal", JOURNAL, {"max-age": JOURNAL_AGE}),
    ]
    return tuple(
        Policy(f"restanse-{name}", f"^{re.escape(queue)}$", priority, MappingProxyType(definition))
        for priority, (name, queue, definition) in enumerate(made, start=10)
    )


def policy_of(queue: str) -> Policy | None:
    """Return the policy that applies to a queue."""
    covering = [policy for policy in policies() if policy.covers(queue)]
    return max(covering, key=lambda policy: policy.priority, default=None)


def _consumer(queue: str, name: str, limit: int) -> tuple[str, str, dict[str, str | int]]:
    # At-least-once dead-lettering works only with reject-publish and a dead-letter exchange.
    definition: dict[str, str | int] = {
        "dead-letter-exchange": DEAD_LETTERS,
        "dead-letter-routing-key": queue,
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
        "max-length": MAX_LENGTH,
        "delivery-limit": limit,
    }
    return name, name, definition


def _kept(name: str) -> tuple[str, str, dict[str, str | int]]:
    return name, name, {"delivery-limit": NEVER}
