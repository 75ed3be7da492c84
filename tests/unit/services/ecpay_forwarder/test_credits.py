"""Reporting full credits."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from shared.faults import NotYet
from shared.messages.credit_notes import CreditScope
from shared.pipeline.outcomes import Done, Retry
from shared.store.reported import CreditState, ReportedCredit, find_credits
from tests.harness.ecpay_fake import lost
from tests.harness.forwarding import OWED, Forwarding, credited, overdue

CREDIT = "tt:4711:credit:9"


@pytest.fixture
async def registered(forwarding: Forwarding) -> Forwarding:
    await forwarding.settle(overdue())
    return forwarding


async def row(forwarding: Forwarding) -> ReportedCredit:
    return (await find_credits(forwarding.store, "acme", {CREDIT}))[CREDIT]


async def test_a_full_credit_is_reported_once(registered: Forwarding) -> None:
    await registered.settle(credited())

    (again,) = await registered.settle(credited())

    assert again == Done()
    assert len(registered.office.fake.calls("/credits")) == 1
    kept = await row(registered)
    assert (kept.state, kept.credited_principal) == (CreditState.REPORTED, OWED)


async def test_a_lost_answer_credits_once(registered: Forwarding) -> None:
    fake = registered.office.fake
    fake.misdeeds.append(partial(lost, fake=fake, ending="/credits"))

    (first,) = await registered.settle(credited())
    (second,) = await registered.settle(credited())

    assert isinstance(first, Retry)
    assert isinstance(second, Done)
    assert len(fake.credits) == 1


@pytest.mark.parametrize("scope", [CreditScope.PARTIAL, CreditScope.UNLINKED])
async def test_anything_but_a_full_credit_never_leaves_the_house(
    registered: Forwarding, scope: CreditScope
) -> None:
    (outcome,) = await registered.settle(credited(scope=scope))

    assert isinstance(outcome, Done)
    assert registered.office.fake.calls("/credits") == []
    (task,) = await registered.tasks()
    assert task.kind == "credit-refused"


async def test_a_credit_waits_for_its_claim(forwarding: Forwarding) -> None:
    (outcome,) = await forwarding.settle(credited())

    assert isinstance(outcome, Retry)
    assert isinstance(outcome.fault, NotYet)


async def test_a_credit_on_a_rejected_claim_is_not_reported(forwarding: Forwarding) -> None:
    forwarding.office.fake.refusals["tt:4711:inv:1"] = "TIME_BARRED"
    await forwarding.settle(overdue())

    (outcome,) = await forwarding.settle(credited())

    assert isinstance(outcome, Done)
    assert (await row(forwarding)).state is CreditState.NOT_REPORTED
    assert forwarding.office.fake.calls("/credits") == []


async def test_a_credit_dated_in_the_future_is_reported_on_its_day(
    registered: Forwarding,
) -> None:
    await registered.settle(credited(credit_date=date(2026, 8, 20)))
    registered.clock.advance(timedelta(days=2))

    await registered.settle(*await registered.due())

    assert (await row(registered)).state is CreditState.REPORTED


@pytest.mark.parametrize("code", ["PARTIAL_CREDIT_NOT_SUPPORTED", "CREDIT_EXCEEDS_PRINCIPAL"])
async def test_an_amount_ecpay_does_not_agree_with_is_tried_three_days_then_asked_about(
    registered: Forwarding, code: str
) -> None:
    registered.office.fake.refusals[CREDIT] = code
    await registered.settle(credited())

    for _ in range(3):
        assert await registered.tasks() == []
        registered.clock.advance(timedelta(days=1))
        await registered.settle(*await registered.due())

    (task,) = await registered.tasks()
    assert task.detail["code"] == code
    assert (await row(registered)).state is CreditState.REFUSED
    keys = {sent.headers["idempotency-key"] for sent in registered.office.fake.calls("/credits")}
    assert len(keys) == 4


@pytest.mark.parametrize("code", ["CLAIM_CLOSED", "CURRENCY_MISMATCH"])
async def test_a_refused_credit_is_a_task(registered: Forwarding, code: str) -> None:
    registered.office.fake.refusals[CREDIT] = code

    (outcome,) = await registered.settle(credited())

    assert isinstance(outcome, Done)
    (task,) = await registered.tasks()
    assert task.detail["code"] == code
