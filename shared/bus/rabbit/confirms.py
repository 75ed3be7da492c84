"""Which publishes the broker has not answered yet, and what became of the rest.

Tags are ours to count: the broker numbers publishes on a channel from one, answers some of them
together (``multiple``), and sends a return before the ack of what it could not route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.bus.port import Outgoing, Published


class Outcomes:
    """The outcomes of one call to publish; ``complete`` resolves when none is missing."""

    def __init__(self, count: int) -> None:
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outcomes: list[Published | None] = [None] * count
        self.missing = count
        if not count:
            self.complete.set_result(None)

    def settle(self, index: int, outcome: Published) -> None:
        """Note one outcome; the first word stands."""
        if self._outcomes[index] is None:
            self._outcomes[index] = outcome
            self.missing -= 1
            if not self.missing and not self.complete.done():
                self.complete.set_result(None)

    def result(self) -> Sequence[Published]:
        """Return every outcome; one that is still missing is unknown."""
        return [outcome or Published.UNKNOWN for outcome in self._outcomes]


@dataclass(slots=True)
class Ticket:
    """One publish that waits for the broker's answer."""

    message: Outgoing
    outcomes: Outcomes
    index: int
    is_returned: bool = False


class ConfirmWindow:
    """The publishes of one channel that wait for an answer, oldest first."""

    def __init__(self) -> None:
        self.body_bytes = 0
        self._tickets: dict[int, Ticket] = {}
        self._last_tag = 0

    def __len__(self) -> int:
        return len(self._tickets)

    def add(self, ticket: Ticket) -> None:
        """Note a publish, in the order of writing."""
        self._last_tag += 1
        self._tickets[self._last_tag] = ticket
        self.body_bytes += len(ticket.message.body)

    def answer(self, tag: int, outcome: Published, *, multiple: bool) -> None:
        """Settle one tag, or all up to it."""
        if not multiple:
            self._settle(tag, outcome)
            return
        tags = []
        for waiting in self._tickets:
            if waiting > tag:
                break
            tags.append(waiting)
        for waiting in tags:
            self._settle(waiting, outcome)

    def mark_returned(self, exchange: str, routing_key: str, message_id: str) -> None:
        """Note that the broker sent a message back; its ack follows."""
        for ticket in self._tickets.values():
            message = ticket.message
            if (
                message.message_id == message_id
                and not ticket.is_returned
                and message.routing_key == routing_key
                and message.exchange == exchange
            ):
                ticket.is_returned = True
                return

    def refuse(self, exchange: str, outcome: Published) -> None:
        """Settle everything addressed to an exchange the broker closed the channel over."""
        for tag in [tag for tag, t in self._tickets.items() if t.message.exchange == exchange]:
            self._settle(tag, outcome)

    def lose(self) -> None:
        """Settle the rest as unknown: the broker will never answer."""
        for tag in list(self._tickets):
            self._settle(tag, Published.UNKNOWN)

    def _settle(self, tag: int, outcome: Published) -> None:
        ticket = self._tickets.pop(tag, None)
        if ticket is None:
            return
        self.body_bytes -= len(ticket.message.body)
        if ticket.is_returned and outcome is Published.CONFIRMED:
            outcome = Published.RETURNED
        ticket.outcomes.settle(ticket.index, outcome)
