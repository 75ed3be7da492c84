"""Whatever debtors, creditors and banks do in whatever order, the books hold."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from services.sandbox.ecpay import credits as full_credits
from services.sandbox.ecpay import direct
from services.sandbox.ecpay.actions import act
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.settling import checksum
from shared.faults import Fault
from tests.harness.ecpay_sandbox import CLIENT_ID, credit, debtor, payment
from tests.harness.ecpay_world import Collector
from tests.harness.settlement_law import breaks_principal, broken_by_settlement

COMPANY = debtor(type="COMPANY", organisationNumber="310000043")
TERMS: tuple[dict[str, Any], ...] = (
    {},
    {"forwards_overpayment": True, "closes_on_direct_payment": True},
    {"vat_registered": False, "vat_set_off": False, "credit_percent": Decimal(50)},
    {
        "interest_client_percent": Decimal("33.33"),
        "collection_fee_client_percent": Decimal("12.50"),
        "commission_percent": Decimal("7.77"),
        "commission_stages": ("NOTICE_SENT", "PAYMENT_DEMAND_SENT", "FOLLOW_UP"),
        "lists_direct_payments": False,
        "direct_payment_percent": Decimal(100),
    },
)


class Life:
    """Random people acting on a few claims for a few months."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation, not a secret
        self.collector = Collector(payout_days=1, **TERMS[seed % len(TERMS)])
        self.claims = [self.collector.claim, *(self._claim(number) for number in range(1, 6))]
        self.payments = 0

    def run(self, days: int) -> None:
        for _ in range(days):
            today = self.collector.world.day.today
            self.collector.world.day.advance_to(today + timedelta(days=1))
            for _ in range(self.random.randrange(3)):
                with contextlib.suppress(Refusal, Fault):
                    self.random.choice(self._acts())(self.random.choice(self.claims))
        self.collector.world.settle(CLIENT_ID)

    def _claim(self, number: int) -> Claim:
        amount = f"{self.random.randrange(100, 60000)}.{self.random.randrange(100):02d}"
        changes: dict[str, Any] = {"originalAmount": amount, "outstandingPrincipal": amount}
        if number % 2:
            changes |= {"debtor": COMPANY}
        return self.collector.hand_over(claimReference=f"tt:4711:inv:{number}", **changes)

    def _acts(self) -> list[Callable[[Claim], object]]:
        world = self.collector.world
        return [
            lambda claim: world.debtor_pays(claim.claim_reference, self._some(claim)),
            lambda claim: world.debtor_pays(claim.claim_reference),
            self._pays_creditor,
            self._takes_back,
            self._bounces,
            self._acts_on,
            lambda claim: world.charge(
                claim.claim_reference, "OUTLAY", Decimal("1345.00"), reason="COURT_FEE"
            ),
            lambda claim: world.charge(
                claim.claim_reference, "ADJUSTMENT", Decimal("-12.34"), reason="GOODWILL"
            ),
            lambda _claim: world.settle(CLIENT_ID),
            self._corrects,
            self._credits,
        ]

    def _some(self, claim: Claim) -> Decimal:
        owed = self.collector.creditor.owed(claim, self.collector.world.day.today).total
        return (owed * self.random.randrange(1, 120) / 100).quantize(Decimal("0.01"))

    def _pays_creditor(self, claim: Claim) -> None:
        self.payments += 1
        back = timedelta(days=self.random.randrange(10))
        body = payment(
            claimReference=claim.claim_reference,
            paymentReference=f"tt:posting:{self.payments}",
            amount=f"{max(self._some(claim), Decimal('0.01')):.2f}",
            paymentDate=(self.collector.world.day.today - back).isoformat(),
        )
        direct.report(self.collector.creditor, body)

    def _takes_back(self, _claim: Claim) -> None:
        reference = self.random.choice(list(self.collector.creditor.payments) or ["none"])
        body = {"date": self.collector.world.day.today.isoformat(), "reason": "MOVED"}
        direct.reverse(self.collector.creditor, reference, body)

    def _bounces(self, _claim: Claim) -> None:
        references = list(self.collector.creditor.agency_payments) or ["none"]
        self.collector.world.bounce(CLIENT_ID, self.random.choice(references))

    def _acts_on(self, claim: Claim) -> None:
        until = self.collector.world.day.today + timedelta(days=9)
        bodies = (
            {"type": "PAUSE", "until": until.isoformat()},
            {"type": "RESUME"},
            {"type": "OBJECTION", "reason": "QUALITY"},
            {"type": "OBJECTION_RESOLVED", "outcome": "CLAIM_MAINTAINED"},
            {"type": "DUE_DATE_CHANGED", "dueDate": until.isoformat()},
            {"type": "WITHDRAW", "reason": "PAID_IN_CASH"},
        )
        act(self.collector.creditor, claim, self.random.choice(bodies))

    def _corrects(self, _claim: Claim) -> None:
        settlements = list(self.collector.creditor.settlements)
        if settlements:
            chosen = self.random.choice(settlements)
            order = ("principal", "interest", "reminderFee", "collectionFee")
            self.collector.world.correct(
                CLIENT_ID, chosen, order=(*order, "compensation", "legalCosts")
            )

    def _credits(self, claim: Claim) -> None:
        body = credit(
            claimReference=claim.claim_reference,
            creditReference=f"tt:credit:{claim.claim_id}",
            amount=f"{claim.principal.remaining:.2f}",
            date=self.collector.world.day.today.isoformat(),
        )
        if self.random.random() < 0.2:  # most claims should live on
            full_credits.credit(self.collector.creditor, body)


@pytest.mark.parametrize("seed", range(24))
def test_the_invariants_hold_for_every_settlement(seed: int) -> None:
    life = Life(seed)

    life.run(days=80)

    life.collector.world.audit()
    for settlement in life.collector.creditor.settlements.values():
        header = settlement.header()
        assert broken_by_settlement(header, settlement.shown_lines) == set()
        assert checksum(settlement.shown_lines) == header["checksum"]


@pytest.mark.parametrize("seed", range(24))
def test_the_principal_of_every_claim_can_be_followed_through_its_lines(seed: int) -> None:
    life = Life(seed)

    life.run(days=80)

    settlements = life.collector.creditor.settlements.values()
    lines = [line for settlement in settlements for line in settlement.shown_lines]
    for claim in life.claims:
        named = [line for line in lines if line["claimId"] == claim.claim_id]
        unlisted = sum(
            (
                paid.applied
                for paid in life.collector.creditor.payments.values()
                if paid.claim is claim and paid.line is None
            ),
            Decimal(0),
        )
        without_line = unlisted + claim.principal.waived
        if not unlisted:  # an unlisted payment taken back moves principal both ways
            assert not breaks_principal(named, claim.principal.original, without_line)


@pytest.mark.parametrize("seed", range(4))
def test_a_life_is_the_same_every_time(seed: int) -> None:
    first, second = Life(seed), Life(seed)

    first.run(days=40)
    second.run(days=40)

    assert first.collector.world.books(CLIENT_ID) == second.collector.world.books(CLIENT_ID)
