from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.ecpay.lifecycle import (
    Letters,
    Planned,
    Stage,
    Status,
    Step,
    allowed_actions,
    double_fee_day,
    next_step,
    reopened_stage,
)
from services.sandbox.ecpay.terms import Terms

DUE = date(2026, 8, 3)
RECEIVED = date(2026, 8, 18)
NOTICE = date(2026, 8, 18)
DEMAND = date(2026, 9, 4)


def following(
    stage: Stage, letters: Letters, *, entry: str = "NOTICE", received: date = RECEIVED
) -> Planned | None:
    return next_step(stage, letters, due=DUE, received=received, entry=entry, terms=Terms("x"))


def test_the_notice_goes_out_on_day_fifteen() -> None:
    early = date(2026, 8, 10)

    assert following(Stage.RECEIVED, Letters(), received=early) == Planned(Step.NOTICE, NOTICE)


def test_a_claim_that_comes_late_gets_its_notice_that_day() -> None:
    late = date(2026, 10, 1)

    assert following(Stage.RECEIVED, Letters(), received=late) == Planned(Step.NOTICE, late)


def test_the_demand_waits_for_the_deadline_and_two_banking_days() -> None:
    planned = following(Stage.NOTICE_SENT, Letters(notice=NOTICE))

    assert planned == Planned(Step.PAYMENT_DEMAND, DEMAND)


def test_follow_up_waits_for_the_demand_in_the_same_way() -> None:
    planned = following(Stage.PAYMENT_DEMAND_SENT, Letters(NOTICE, NOTICE, DEMAND))

    assert planned == Planned(Step.FOLLOW_UP, date(2026, 9, 23))


def test_surveillance_follows_half_a_year_after_the_demand() -> None:
    planned = following(Stage.FOLLOW_UP, Letters(demand=DEMAND))

    assert planned == Planned(Step.SURVEILLANCE, date(2027, 3, 6))


def test_a_reminder_comes_before_the_notice_when_it_is_asked_for() -> None:
    first = following(Stage.RECEIVED, Letters(), entry="REMINDER")
    second = following(Stage.RECEIVED, Letters(reminder=NOTICE), entry="REMINDER")

    assert first == Planned(Step.REMINDER, NOTICE)
    assert second == Planned(Step.NOTICE, DEMAND)


def test_a_claim_whose_notice_has_run_out_goes_straight_to_the_demand() -> None:
    planned = following(Stage.RECEIVED, Letters(), entry="PAYMENT_DEMAND")

    assert planned == Planned(Step.PAYMENT_DEMAND, RECEIVED)


@pytest.mark.parametrize("stage", [Stage.LEGAL, Stage.SURVEILLANCE, Stage.CLOSED])
def test_nothing_is_planned_at_the_end(stage: Stage) -> None:
    assert following(stage, Letters(demand=DEMAND)) is None


def test_the_fee_doubles_more_than_28_days_past_the_demand_deadline() -> None:
    assert double_fee_day(Letters(demand=DEMAND)) == date(2026, 10, 17)


def test_paying_within_fourteen_days_of_the_notice_is_in_time() -> None:
    assert Letters(notice=NOTICE).notice_deadline == date(2026, 9, 1)


def test_a_reopened_demand_goes_on_in_follow_up() -> None:
    assert reopened_stage(Stage.PAYMENT_DEMAND_SENT) is Stage.FOLLOW_UP
    assert reopened_stage(Stage.NOTICE_SENT) is Stage.NOTICE_SENT


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        (Stage.RECEIVED, Status.ACTIVE, "PAUSE WITHDRAW OBJECTION DUE_DATE_CHANGED COMMENT"),
        (Stage.NOTICE_SENT, Status.PAUSED, "RESUME WITHDRAW OBJECTION DUE_DATE_CHANGED COMMENT"),
        (Stage.FOLLOW_UP, Status.DISPUTED, "WITHDRAW OBJECTION_RESOLVED COMMENT"),
        (Stage.LEGAL, Status.ACTIVE, "PAUSE OBJECTION COMMENT"),
        (Stage.CLOSED, Status.CLOSED, ""),
    ],
)
def test_actions_depend_on_stage_and_status(stage: Stage, status: Status, expected: str) -> None:
    assert " ".join(allowed_actions(stage, status)) == expected
