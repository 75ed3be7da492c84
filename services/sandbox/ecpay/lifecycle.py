"""How a case moves by itself: which step comes next and on which day. Pure.

Reminder and notice wait until the claim is overdue enough and carry a deadline of 14 days; the
payment demand waits for that deadline and the banking days of grace after it; follow-up waits
for the demand's deadline in the same way. Surveillance follows half a year after the demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from services.sandbox.ecpay.banking_days import after_banking_days
from services.sandbox.ecpay.terms import Terms

LETTER_DEADLINE = timedelta(days=14)
DOUBLE_FEE_AFTER = timedelta(days=29)  # more than 28 days past the demand's deadline
SURVEILLANCE_AFTER = timedelta(days=183)


class Stage(StrEnum):
    """How far collection has come."""

    RECEIVED = "RECEIVED"
    NOTICE_SENT = "NOTICE_SENT"
    PAYMENT_DEMAND_SENT = "PAYMENT_DEMAND_SENT"
    FOLLOW_UP = "FOLLOW_UP"
    LEGAL = "LEGAL"
    SURVEILLANCE = "SURVEILLANCE"
    CLOSED = "CLOSED"


class Status(StrEnum):
    """Whether the case moves, whatever its stage."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISPUTED = "DISPUTED"
    PAYMENT_PLAN = "PAYMENT_PLAN"
    CLOSED = "CLOSED"


class Step(StrEnum):
    """What ECPay does next by itself; the double fee is no step the contract shows."""

    REMINDER = "REMINDER"
    NOTICE = "NOTICE"
    PAYMENT_DEMAND = "PAYMENT_DEMAND"
    FOLLOW_UP = "FOLLOW_UP"
    SURVEILLANCE = "SURVEILLANCE"
    DOUBLE_FEE = "DOUBLE_FEE"


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a case: when each was sent; a deadline is 14 days later."""

    reminder: date | None = None
    notice: date | None = None
    demand: date | None = None

    @property
    def any_sent(self) -> bool:
        """Whether ECPay has written to the debtor at all."""
        return bool(self.reminder or self.notice or self.demand)

    @property
    def notice_deadline(self) -> date | None:
        """Last day on which paying avoids the collection fee."""
        return self.notice + LETTER_DEADLINE if self.notice else None


@dataclass(frozen=True, slots=True)
class Planned:
    """A step and the first day on which it can happen."""

    step: Step
    earliest: date


def next_step(
    stage: Stage,
    letters: Letters,
    *,
    due: date,
    received: date,
    entry: str,
    terms: Terms,
) -> Planned | None:
    """Return what comes next for an open case that is not frozen, None when nothing does."""
    match stage:
        case Stage.RECEIVED:
            return _first_letter(letters, due=due, received=received, entry=entry, terms=terms)
        case Stage.NOTICE_SENT if letters.notice:
            return Planned(Step.PAYMENT_DEMAND, _past_deadline(letters.notice, terms))
        case Stage.PAYMENT_DEMAND_SENT if letters.demand:
            return Planned(Step.FOLLOW_UP, _past_deadline(letters.demand, terms))
        case Stage.FOLLOW_UP if letters.demand:
            return Planned(Step.SURVEILLANCE, letters.demand + SURVEILLANCE_AFTER)
        case _:
            return None


def double_fee_day(letters: Letters) -> date | None:
    """Return the day on which the collection fee doubles, None before the demand."""
    return letters.demand + LETTER_DEADLINE + DOUBLE_FEE_AFTER if letters.demand else None


def _first_letter(
    letters: Letters, *, due: date, received: date, entry: str, terms: Terms
) -> Planned:
    if entry == Step.PAYMENT_DEMAND:
        return Planned(Step.PAYMENT_DEMAND, received)
    if entry == Step.REMINDER and letters.reminder:
        return Planned(Step.NOTICE, _past_deadline(letters.reminder, terms))
    overdue = max(due + timedelta(days=terms.minimum_days_overdue), received)
    return Planned(Step.REMINDER if entry == Step.REMINDER else Step.NOTICE, overdue)


def _past_deadline(sent: date, terms: Terms) -> date:
    return after_banking_days(sent + LETTER_DEADLINE, terms.grace_banking_days + 1)


def reopened_stage(closed_in: Stage) -> Stage:
    """Return the stage of a case that opens again, by the stage in which it was closed."""
    return Stage.FOLLOW_UP if closed_in is Stage.PAYMENT_DEMAND_SENT else closed_in


@cache
def allowed_actions(stage: Stage, status: Status) -> tuple[str, ...]:
    """Return the actions a case takes now, in the order of the contract."""
    if stage is Stage.CLOSED:
        return ()
    by_status = {
        Status.ACTIVE: ("PAUSE", "WITHDRAW", "OBJECTION", "DUE_DATE_CHANGED", "COMMENT"),
        Status.PAUSED: ("RESUME", "WITHDRAW", "OBJECTION", "DUE_DATE_CHANGED", "COMMENT"),
        Status.DISPUTED: ("WITHDRAW", "OBJECTION_RESOLVED", "DUE_DATE_CHANGED", "COMMENT"),
        Status.PAYMENT_PLAN: ("PAUSE", "WITHDRAW", "OBJECTION", "COMMENT"),
        Status.CLOSED: (),
    }
    refused = set()
    if stage is Stage.LEGAL:
        refused.add("WITHDRAW")
    if stage not in (Stage.RECEIVED, Stage.NOTICE_SENT):
        refused.add("DUE_DATE_CHANGED")
    return tuple(action for action in by_status[status] if action not in refused)
