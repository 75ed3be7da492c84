"""One queue, four kinds of message: each part answers for itself."""

from __future__ import annotations

from random import Random

from services.ecpay_forwarder.bootstrap import build
from shared.faults import Transient
from shared.messages.catalog import PAYMENT_RECEIVED, event
from shared.pipeline.outcomes import Done, Retry
from shared.runtime.resources import Resources
from shared.settings import Settings
from tests.harness.ecpay_contract import contract
from tests.harness.ecpay_fake import once
from tests.harness.ecpay_office import MORNING
from tests.harness.forwarding import (
    Forwarding,
    credited,
    dead,
    direct,
    direct_reversed,
    done,
    overdue,
    payment,
)


def item(number: int, status: int, code: str) -> dict[str, object]:
    problem = {**contract().example(code), "status": status}
    return {"index": number, "status": status, "problem": problem}


async def test_a_batch_of_every_kind_is_answered_in_order(forwarding: Forwarding) -> None:
    await forwarding.settle(overdue(1))

    outcomes = await forwarding.settle(direct(), overdue(2), credited(), direct_reversed())

    assert [type(outcome) for outcome in outcomes] == [Done, Done, Done, Retry]
    assert len(done(outcomes[1]).messages) == 1


async def test_a_kind_that_does_not_belong_here_is_dead(forwarding: Forwarding) -> None:
    body = payment()
    foreign = event(
        PAYMENT_RECEIVED, body, subject=body.payment_reference, system="tripletex", time=MORNING
    )

    stray, fine = await forwarding.settle(foreign, overdue())

    assert dead(stray).fault.code == "NOT_FOR_THIS_QUEUE"
    assert len(done(fine).messages) == 1


async def test_what_cannot_be_said_in_ecpays_terms_is_dead_and_holds_up_no_other(
    forwarding: Forwarding,
) -> None:
    await forwarding.settle(overdue(1))

    outcomes = await forwarding.settle(
        overdue(2, claim_reference=":2"), overdue(3), direct(7, payment_reference=":7"), direct(8)
    )

    assert [dead(outcomes[place]).fault.code for place in (0, 2)] == ["OUT_OF_LIMITS"] * 2
    assert all(isinstance(outcomes[place], Done) for place in (1, 3))


async def test_one_item_that_is_locked_is_tried_again_alone(forwarding: Forwarding) -> None:
    await forwarding.settle(overdue(1))
    fake = forwarding.office.fake
    locked = {"results": [item(0, 423, "CLAIM_LOCKED")]}
    fake.misdeeds += [once(200, "/claims/batch", json=locked)]
    fake.misdeeds += [once(200, "/payments/batch", json=locked)]

    outcomes = await forwarding.settle(overdue(2), direct())

    passing = [isinstance(out, Retry) and isinstance(out.fault, Transient) for out in outcomes]
    assert passing == [True, True]


async def test_the_service_consumes_its_one_queue(forwarding: Forwarding) -> None:
    desk = forwarding.desk
    resources = Resources(
        settings=Settings(),
        clock=desk.clock,
        random=Random(1),  # noqa: S311  # nothing secret
        store=desk.store,
        sealer=desk.sealer,
        tripletex=desk.tripletex,
        ecpay=desk.ecpay,
    )

    service = build(resources)

    (consumer,) = service.consumers
    assert (service.name, consumer.queue) == ("ecpay-forwarder", "ecpay-forwarder")
    assert await consumer.handler([]) == []
