from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.faults import Bug, Invalid, Misconfigured, Outage, Transient
from shared.pipeline.consume import handler_name
from shared.pipeline.isolation import as_fault, outcomes_of
from shared.pipeline.outcomes import Dead, Done, Incoming, Outcome, Retry
from shared.pipeline.single import one_by_one
from tests.harness.plant import NOW, QUEUE, payment

BATCH = [Incoming(payment(number), QUEUE, 1, NOW) for number in range(5)]


def is_poison(incoming: Incoming) -> bool:
    return incoming.message.subject.endswith(":3")


async def test_a_retryable_fault_of_the_batch_is_that_of_every_message() -> None:
    fault = Outage("away", dependency="ecpay")

    async def handle(_: Sequence[Incoming]) -> Sequence[Outcome]:
        raise fault

    assert await outcomes_of(handle, BATCH) == [Retry(fault)] * 5


@pytest.mark.parametrize("error", [Invalid("x"), Misconfigured("x"), KeyError("x")])
async def test_what_is_final_is_laid_on_the_message_that_caused_it(error: Exception) -> None:
    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        if any(is_poison(one) for one in batch):
            raise error
        return [Done()] * len(batch)

    outcomes = await outcomes_of(handle, BATCH)

    assert [type(outcome) for outcome in outcomes] == [Done, Done, Done, Dead, Done]


async def test_a_handler_that_forgets_a_message_is_a_bug() -> None:
    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        return [Done()] * (len(batch) - 1)

    (outcome,) = await outcomes_of(handle, BATCH[:1])

    assert isinstance(outcome, Dead)
    assert (type(outcome.fault), outcome.fault.code) == (Bug, "OUTCOME_COUNT")


async def test_one_by_one_lays_each_fault_on_its_message_only() -> None:
    faults = {"0": Transient("429"), "1": Invalid("no"), "2": ValueError("secret text")}

    async def handle(incoming: Incoming) -> Done:
        number = incoming.message.subject.rsplit(":", 1)[1]
        if number in faults:
            raise faults[number]
        return Done()

    retry, dead, bug, *done = await one_by_one(handle, concurrency=2)(BATCH)

    assert isinstance(retry, Retry)
    assert dead == Dead(faults["1"])  # type: ignore[arg-type]  # a fault among errors
    assert isinstance(bug, Dead)
    assert bug.fault.code == "ValueError"
    assert done == [Done(), Done()]


async def test_one_by_one_handles_so_many_at_once() -> None:
    here, most = 0, 0

    async def handle(_: Incoming) -> Done:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await asyncio.sleep(0)
        here -= 1
        return Done()

    await one_by_one(handle, concurrency=3)(BATCH)

    assert most == 3


async def test_being_cancelled_is_no_outcome() -> None:
    async def handle(_: Sequence[Incoming]) -> Sequence[Outcome]:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await outcomes_of(handle, BATCH)


def test_a_bug_names_its_place_and_not_its_text() -> None:
    try:
        int("05057700000")
        int("Kari")
    except ValueError as error:
        fault = as_fault(error)

    assert isinstance(fault, Bug)
    assert "test_isolation.py" in fault.message
    assert "Kari" not in fault.message
    assert isinstance(fault.__cause__, ValueError)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert "an unknown place" in as_fault(KeyError("x")).message


def test_a_handler_is_called_by_its_name() -> None:
    class Named:
        async def __call__(self, _: Incoming) -> Done:
            return Done()

    async def decide(_: Incoming) -> Done:
        return Done()

    assert handler_name(one_by_one(decide)).endswith("decide")
    assert handler_name(one_by_one(Named())).endswith("Named")
    assert handler_name(Named()).endswith("Named")  # type: ignore[arg-type]  # only its name
