"""A claim stands still while a person decides about a credit that ECPay does not take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.faults import NotYet
from shared.messages.credit_notes import PAUSED_FOR, CreditScope
from shared.pipeline.outcomes import Done, Retry
from shared.store.clients import ClientState, client, save
from tests.harness.ecpay_fake import lost, once
from tests.harness.forwarding import Forwarding, dead, overdue, unsupported

REFERENCE = "tt:4711:inv:1"


@pytest.fixture
async def registered(forwarding: Forwarding) -> Forwarding:
    await forwarding.settle(overdue())
    return forwarding


def status(forwarding: Forwarding) -> str:
    return str(forwarding.office.fake.claims[REFERENCE]["status"])


@pytest.mark.parametrize("scope", [CreditScope.PARTIAL, CreditScope.UNLINKED])
async def test_the_claim_is_paused_for_a_while(registered: Forwarding, scope: CreditScope) -> None:
    (outcome,) = await registered.settle(unsupported(scope=scope))

    assert outcome == Done()
    assert status(registered) == "PAUSED"
    (sent,) = registered.office.fake.calls("/actions")
    until = registered.clock.today() + PAUSED_FOR
    assert sent.body == {"type": "PAUSE", "until": until.isoformat()}


async def test_nothing_is_credited(registered: Forwarding) -> None:
    await registered.settle(unsupported())

    assert registered.office.fake.calls("/credits") == []


async def test_a_second_credit_on_a_paused_claim_is_done(registered: Forwarding) -> None:
    await registered.settle(unsupported(9))

    (outcome,) = await registered.settle(unsupported(10))

    assert outcome == Done()


async def test_a_lost_answer_pauses_once(registered: Forwarding) -> None:
    fake = registered.office.fake
    fake.misdeeds.append(partial(lost, fake=fake, ending="/actions"))

    (first,) = await registered.settle(unsupported())
    (second,) = await registered.settle(unsupported())

    assert isinstance(first, Retry)
    assert second == Done()
    assert status(registered) == "PAUSED"


async def test_an_answer_lost_yesterday_is_no_failure_today(registered: Forwarding) -> None:
    await registered.settle(unsupported())
    registered.clock.advance(timedelta(days=1))

    (outcome,) = await registered.settle(unsupported())

    assert outcome == Done()


async def test_a_closed_claim_is_left_alone(registered: Forwarding) -> None:
    registered.office.fake.refusals[REFERENCE] = "CLAIM_CLOSED"

    (outcome,) = await registered.settle(unsupported())

    assert outcome == Done()


async def test_any_other_refusal_is_for_a_person(registered: Forwarding) -> None:
    registered.office.fake.refusals[REFERENCE] = "CLAIM_NOT_FOUND"

    (outcome,) = await registered.settle(unsupported())

    assert dead(outcome).fault.code == "CLAIM_NOT_FOUND"


async def test_a_passing_failure_is_tried_again(registered: Forwarding) -> None:
    registered.office.fake.misdeeds.append(once(500, "/actions"))

    (outcome,) = await registered.settle(unsupported())

    assert isinstance(outcome, Retry)


async def test_a_claim_on_its_way_is_waited_for(forwarding: Forwarding) -> None:
    (outcome,) = await forwarding.settle(unsupported())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, NotYet)


async def test_a_claim_that_ecpay_takes_tomorrow_is_paused_then(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals[REFERENCE] = "AGREEMENT_INACTIVE"
    await forwarding.settle(overdue())

    (outcome,) = await forwarding.settle(unsupported())

    assert isinstance(outcome, Done)
    assert len(outcome.writes) == 1
    assert forwarding.office.fake.calls("/actions") == []


async def test_an_invoice_that_never_became_a_claim_needs_no_pause(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals[REFERENCE] = "TIME_BARRED"
    await forwarding.settle(overdue())

    (outcome,) = await forwarding.settle(unsupported())

    assert outcome == Done()
    assert forwarding.office.fake.calls("/actions") == []


async def test_the_claims_of_a_paused_client_are_paused_too(registered: Forwarding) -> None:
    acme = await client(registered.store, "acme")
    await registered.store.commit([save(replace(acme, state=ClientState.PAUSED))])

    await registered.settle(unsupported())

    assert status(registered) == "PAUSED"
