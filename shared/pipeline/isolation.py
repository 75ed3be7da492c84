"""What a handler made of a batch: one outcome per message, whatever it raised.

This is the one place where an exception that nobody foresaw is caught while messages are
handled. It becomes a Bug, of the message that caused it and of no other: a batch that fails as
a whole is handled again one message at a time.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Sequence

from shared.faults import Bug, Fault, Retryable
from shared.pipeline.outcomes import Dead, Handler, Incoming, Outcome, Retry


async def outcomes_of(handler: Handler, batch: Sequence[Incoming]) -> Sequence[Outcome]:
    """Run a handler over a batch and return one outcome per message, in order."""
    try:
        outcomes = await handler(batch)
        return _one_each(outcomes, batch)
    except Retryable as fault:
        return [Retry(fault)] * len(batch)
    except Exception as error:  # noqa: BLE001  # the pipeline's one catch, see the module
        if len(batch) == 1:
            return [Dead(as_fault(error))]
    return [outcome for one in batch for outcome in await outcomes_of(handler, [one])]


async def outcome_of(handle: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Run what handles one message and return its outcome."""
    try:
        return await handle()
    except Retryable as fault:
        return Retry(fault)
    except Exception as error:  # noqa: BLE001  # the pipeline's one catch, see the module
        return Dead(as_fault(error))


def as_fault(error: Exception) -> Fault:
    """Return a fault as it is, and anything else as a Bug that names the place it came from.

    The text of the exception is left to the trace: it may quote what the message says.
    """
    if isinstance(error, Fault):
        return error
    kind = type(error).__name__
    bug = Bug(f"unexpected {kind} in {_place(error)}; the trace is with the attempt", code=kind)
    bug.__cause__ = error
    return bug


def _one_each(outcomes: Sequence[Outcome], batch: Sequence[Incoming]) -> Sequence[Outcome]:
    if len(outcomes) != len(batch):
        raise Bug(
            f"the handler returned {len(outcomes)} outcomes for {len(batch)} messages",
            code="OUTCOME_COUNT",
        )
    return outcomes


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    last = frames[-1]
    file = "/".join(last.filename.split("/")[-3:])
    return f"{file}:{last.lineno} ({last.name})"
