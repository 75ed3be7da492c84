"""A claim at ECPay: its state, what is owed on it on a day, and how the contract shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay import interest
from services.sandbox.ecpay.cover import Parts, money
from services.sandbox.ecpay.lifecycle import (
    Letters,
    Planned,
    Stage,
    Status,
    allowed_actions,
    next_step,
)
from services.sandbox.ecpay.terms import Terms
from shared.messages.money import ZERO

NO_LETTERS = Letters()


@dataclass(slots=True)
class Pot:
    """One component of a claim: what was owed, what was paid and what was waived of it."""

    original: Decimal = ZERO
    paid: Decimal = ZERO
    waived: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What the debtor still owes of it."""
        return self.original - self.paid - self.waived


@dataclass(slots=True)
class Claim:
    """The state of one claim; ``given`` is the hand-over as JSON, without a national id."""

    claim_id: str
    case_number: str
    claim_reference: str
    invoice_number: str
    customer_number: str
    invoice_date: date
    due_date: date
    received: date
    entry: str
    business: bool
    original_amount: Decimal
    given: bytes
    digest: bytes
    received_at: str
    updated_at: str
    principal: Pot
    interest_since: date
    interest_before: Decimal = ZERO
    interest_paid: Decimal = ZERO
    interest_waived: Decimal = ZERO
    interest_until: date | None = None
    principal_changes: list[tuple[date, Decimal]] = field(default_factory=list)
    client_fee: Pot = field(default_factory=Pot)
    client_fee_letters: int = 0
    compensation: Pot = field(default_factory=Pot)
    letter_fee: Pot = field(default_factory=Pot)
    collection_fee: Pot = field(default_factory=Pot)
    legal_costs: Pot = field(default_factory=Pot)
    stage: Stage = Stage.RECEIVED
    status: Status = Status.ACTIVE
    status_reason: str | None = None
    paused_until: date | None = None
    letters: Letters = NO_LETTERS
    fee_doubled: bool = False
    version: int = 1
    position: int = 0
    closed_at: str | None = None
    close_code: str | None = None
    closed_in: Stage | None = None
    waived_on_closing: Parts | None = None

    @property
    def is_open(self) -> bool:
        """Whether the claim still takes payments, credits and actions."""
        return self.stage is not Stage.CLOSED

    def interest_owed(self, on: date, rates: Mapping[date, Decimal]) -> Decimal:
        """Return all interest up to a day, that day excluded, paid and waived or not."""
        until = min(on, self.interest_until or on)
        counted = interest.accrued(self.principal_changes, until, rates)
        return max(self.interest_before + counted, self.interest_paid + self.interest_waived)

    def owed(self, on: date, rates: Mapping[date, Decimal]) -> Parts:
        """Return what the debtor owes on a day."""
        return Parts(
            principal=self.principal.remaining,
            interest=self.interest_owed(on, rates) - self.interest_paid - self.interest_waived,
            reminder_fee=self.client_fee.remaining + self.letter_fee.remaining,
            collection_fee=self.collection_fee.remaining,
            compensation=self.compensation.remaining,
            legal_costs=self.legal_costs.remaining,
        )

    def planned(self, terms: Terms) -> Planned | None:
        """Return the step that ECPay plans by itself, None when closed or frozen."""
        if self.status is not Status.ACTIVE:
            return None
        return next_step(
            self.stage,
            self.letters,
            due=self.due_date,
            received=self.received,
            entry=self.entry,
            terms=terms,
        )

    @property
    def allowed_actions(self) -> tuple[str, ...]:
        """The actions the claim takes now."""
        return allowed_actions(self.stage, self.status)

    @property
    def etag(self) -> str:
        """The version as a quoted string."""
        return f'"{self.version}"'

    def pay(self, parts: Parts, value_date: date) -> Decimal:
        """Take money into the pots.

        Returns:
            The part of the letter fees that went to letters of the client.
        """
        client_letters = min(parts.reminder_fee, self.client_fee.remaining)
        self._move(parts, client_letters, value_date)
        return client_letters

    def unpay(self, parts: Parts, client_letters: Decimal, value_date: date) -> None:
        """Take back what ``pay`` did, as if the money had never come."""
        self._move(-parts, -client_letters, value_date)

    def _move(self, parts: Parts, client_letters: Decimal, value_date: date) -> None:
        self.principal.paid += parts.principal
        if parts.principal:
            self.change_principal(value_date, -parts.principal)
        self.interest_paid += parts.interest
        self.client_fee.paid += client_letters
        self.letter_fee.paid += parts.reminder_fee - client_letters
        self.collection_fee.paid += parts.collection_fee
        self.compensation.paid += parts.compensation
        self.legal_costs.paid += parts.legal_costs

    def waive(self, parts: Parts) -> None:
        """Give up parts of the claim towards the debtor; negative parts are owed again."""
        self.principal.waived += parts.principal
        self.interest_waived += parts.interest
        own = max(min(parts.reminder_fee, self.letter_fee.remaining), -self.letter_fee.waived)
        self.letter_fee.waived += own
        self.client_fee.waived += parts.reminder_fee - own
        self.collection_fee.waived += parts.collection_fee
        self.compensation.waived += parts.compensation
        self.legal_costs.waived += parts.legal_costs

    def change_principal(self, day: date, change: Decimal) -> None:
        """Let interest be counted on a changed principal from a day on."""
        self.principal_changes.append((max(day, self.interest_since), change))

    def replace_debtor(self, debtor: Mapping[str, Any]) -> None:
        """Put new debtor data in place of the old; a national id is not kept."""
        given = json.loads(self.given)
        given["debtor"] = {name: value for name, value in debtor.items() if name != "nationalId"}
        self.given = json.dumps(given, ensure_ascii=False).encode()


def claim_view(
    claim: Claim, terms: Terms, today: date, rates: Mapping[date, Decimal]
) -> dict[str, Any]:
    """Return a claim as the contract shows it on a day."""
    planned = claim.planned(terms)
    view: dict[str, Any] = {"claimId": claim.claim_id, "caseNumber": claim.case_number}
    view |= json.loads(claim.given)
    view |= {
        "dueDate": claim.due_date.isoformat(),
        "stage": claim.stage,
        "status": claim.status,
        "statusReason": claim.status_reason,
        "nextStep": planned
        and {"type": planned.step, "earliestDate": max(planned.earliest, today).isoformat()},
        "balance": balance_view(claim, today, rates),
        "allowedActions": list(claim.allowed_actions),
        "version": claim.version,
        "receivedAt": claim.received_at,
        "updatedAt": claim.updated_at,
        "closedAt": claim.closed_at,
        "closeCode": claim.close_code,
    }
    return view


def balance_view(claim: Claim, today: date, rates: Mapping[date, Decimal]) -> dict[str, Any]:
    """Return what a claim consists of on a day, as the contract shows it."""
    late = Pot(claim.interest_owed(today, rates), claim.interest_paid, claim.interest_waived)
    groups = {
        "principal": (claim.principal,),
        "interest": (late,),
        "clientFees": (claim.client_fee, claim.compensation),
        "agencyFees": (claim.letter_fee, claim.collection_fee),
        "legalCosts": (claim.legal_costs,),
    }
    view: dict[str, Any] = {"currency": "NOK", "asOf": today.isoformat()}
    view |= {name: _sum_view(pots) for name, pots in groups.items()}
    view["total"] = _sum_view([pot for pots in groups.values() for pot in pots])
    return view


def _sum_view(pots: tuple[Pot, ...] | list[Pot]) -> dict[str, str]:
    original = paid = waived = ZERO
    for pot in pots:
        original += pot.original
        paid += pot.paid
        waived += pot.waived
    return {
        "original": money(original),
        "paid": money(paid),
        "credited": money(waived),
        "remaining": money(original - paid - waived),
    }
