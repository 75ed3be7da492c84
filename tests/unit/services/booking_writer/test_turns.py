from __future__ import annotations

import asyncio
from datetime import timedelta

from services.booking_writer.turns import in_turns
from shared.faults import NotYet, Transient
from shared.messages.catalog import SETTLEMENT_RECONCILED, event
from shared.pipeline.outcomes import Dead, Done, Incoming, Retry
from shared.store.bookings import ELSEWHERE
from tests.harness.settlement_makers import NOON, reconciled, settlement


def incoming(client_id: str, number: int, attempt: int = 1) -> Incoming:
    of = settlement(client_id=client_id, settlement_number=number)
    body = reconciled(of)
    message = event(SETTLEMENT_RECONCILED, body, subject=f"{number}", system="restanse", time=NOON)
    return Incoming(message, "booking-writer", attempt, NOON)


def named(one: Incoming) -> str:
    body = one.message.data
    return f"{body.client_id}{body.settlement.settlement_number}"


async def test_one_client_is_booked_in_the_order_of_its_settlements() -> None:
    begun: list[str] = []
    under_way: set[str] = set()

    async def book(one: Incoming) -> Done:
        client = one.message.data.client_id
        assert client not in under_way
        under_way.add(client)
        begun.append(named(one))
        await asyncio.sleep(0)
        under_way.remove(client)
        return Done()

    batch = [incoming("a", 3), incoming("b", 1), incoming("a", 1), incoming("a", 2)]
    outcomes = await in_turns(book, clients=4)(batch)

    assert [one for one in begun if one.startswith("a")] == ["a1", "a2", "a3"]
    assert outcomes == [Done()] * 4


async def test_what_goes_wrong_with_one_settlement_is_its_own() -> None:
    async def book(one: Incoming) -> Done:
        if named(one) == "a1":
            raise Transient("the answer was lost")
        if named(one) == "a2":
            raise ValueError(named(one))
        return Done()

    outcomes = await in_turns(book, clients=1)([incoming("a", n) for n in (1, 2, 3)])

    assert [type(one) for one in outcomes] == [Retry, Dead, Done]


async def test_a_busy_client_is_asked_for_again_soon() -> None:
    async def book(_: Incoming) -> Done:
        raise NotYet("busy", code=ELSEWHERE)

    batch = [incoming("a", 1, attempt=1), incoming("a", 2, attempt=30)]
    outcomes = await in_turns(book, clients=1)(batch)

    waits = [one.after for one in outcomes if isinstance(one, Retry)]
    assert waits == [timedelta(seconds=5), timedelta(seconds=60)]
