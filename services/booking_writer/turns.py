"""Whose turn it is: clients beside each other, the settlements of one client in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.messages.settlements import ReconciledSettlement
from shared.pipeline.isolation import outcome_of
from shared.pipeline.outcomes import HandleOne, Handler, Incoming, Outcome, Retry
from shared.store.bookings import ELSEWHERE

ASK_AGAIN = timedelta(seconds=5)
"""Times the number of the try, up to a minute: the lease of a worker that died runs out within
a minute, and a worker that has a long queue of one client's settlements is not asked too often.
"""
LONGEST = 12


def in_turns(handle_one: HandleOne, *, clients: int) -> Handler:
    """Return a batch handler that never books two settlements of one client at once.

    Args:
        handle_one: Books one settlement.
        clients: How many clients of a batch are booked for at once.
    """

    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        places = asyncio.Semaphore(clients)
        outcomes: dict[int, Outcome] = {}

        async def one_client(turns: Sequence[int]) -> None:
            async with places:
                for place in turns:
                    outcomes[place] = await _outcome(handle_one, batch[place])

        await asyncio.gather(*(one_client(turns) for turns in _by_client(batch)))
        return [outcomes[place] for place in range(len(batch))]

    return handle


async def _outcome(handle_one: HandleOne, incoming: Incoming) -> Outcome:
    outcome = await outcome_of(lambda: handle_one(incoming))
    if isinstance(outcome, Retry) and outcome.fault.code == ELSEWHERE:
        return replace(outcome, after=ASK_AGAIN * min(incoming.attempt, LONGEST))
    return outcome


def _by_client(batch: Sequence[Incoming]) -> Sequence[Sequence[int]]:
    """Return the places of each client's messages, in the order of its settlements."""
    turns: dict[str, list[int]] = {}
    for place in sorted(range(len(batch)), key=lambda place: _number(batch[place])):
        turns.setdefault(batch[place].message.data.client_id, []).append(place)
    return list(turns.values())


def _number(incoming: Incoming) -> int:
    reconciled: ReconciledSettlement = incoming.message.data
    return reconciled.settlement.settlement_number
