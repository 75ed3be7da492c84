"""How long the pipeline remembers, and the ticker that forgets what is older.

What the inbox has forgotten would be handled a second time if it came again, and nothing comes
later than a dead letter that is replayed on the last day it is kept. So the inbox remembers for
at least as long as dead letters are kept; a policy that says otherwise cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from shared.clock import Clock
from shared.pipeline.service import Ticker
from shared.retry import NOT_YET, TRANSIENT
from shared.store import attempts, inbox
from shared.store.engine import Store

EVERY = timedelta(hours=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of row is kept.

    Attributes:
        dead_letters: How long a message that was given up may be replayed.
        inbox: How long a handled message is recognised when it comes again.
        attempts: How long it is told why a try failed.
        rows: Most rows of a table forgotten in one transaction.
    """

    dead_letters: timedelta = timedelta(days=90)
    inbox: timedelta = timedelta(days=120)
    attempts: timedelta = timedelta(days=90)
    rows: int = 5000

    def __post_init__(self) -> None:
        """Refuse a policy under which a message could be handled twice or lose its history."""
        longest = max(self.dead_letters, TRANSIENT.age, NOT_YET.age)
        if self.inbox < longest or self.attempts < self.dead_letters:
            msg = f"the inbox must remember for {longest} and attempts for {self.dead_letters}"
            raise ValueError(msg)


KEPT = Retention()


def forgetting(store: Store, clock: Clock, retention: Retention = KEPT) -> Ticker:
    """Return the ticker that forgets what is too old; harmless in many replicas at once."""

    async def tick() -> bool:
        now, rows = clock.now(), retention.rows
        handled = await inbox.forget(store, before=now - retention.inbox, most=rows)
        failed = await attempts.forget(store, before=now - retention.attempts, most=rows)
        if handled or failed:
            _log.info("old rows forgotten", inbox=handled, attempts=failed)
        return max(handled, failed) >= rows

    return Ticker("forget-old-rows", EVERY, tick)
