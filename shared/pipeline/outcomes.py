"""What a handler is given and what it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from shared.faults import Fault
from shared.messages.catalog import AnyEvent
from shared.store.write import Write


@dataclass(frozen=True, slots=True)
class Incoming:
    """A decoded message and its history.

    Attributes:
        attempt: Number of this try, starting at one; shared by all workers.
        first_seen: When the first try began.
    """

    message: AnyEvent
    queue: str
    attempt: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Handled: these messages follow from it and these rows change with it, in one commit."""

    messages: tuple[AnyEvent, ...] = ()
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Not handled; try again. Without ``after`` the retry policy decides when.

    ``writes`` are committed all the same, for what must be remembered of a failed try.
    """

    fault: Fault
    after: timedelta | None = None
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """Cannot be handled; goes to the dead letters with the fault. ``writes`` are committed."""

    fault: Fault
    writes: tuple[Write, ...] = ()


Outcome: TypeAlias = Done | Retry | Dead

Handler: TypeAlias = Callable[[Sequence[Incoming]], Awaitable[Sequence[Outcome]]]
"""Takes a batch and returns one outcome per message, in order. A fault that it raises instead
is the outcome of every message of the batch; anything else it raises is a Bug."""

HandleOne: TypeAlias = Callable[[Incoming], Awaitable[Done]]
"""Takes one message; a fault it raises is that message's outcome only."""
