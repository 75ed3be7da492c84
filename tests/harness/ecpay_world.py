"""An ECPay in process, with one creditor, for tests that need no HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.day import Day
from services.sandbox.ecpay import credits as full_credits
from services.sandbox.ecpay import direct
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.registering import register
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.world import EcpayWorld
from tests.harness.ecpay_sandbox import CLIENT_ID, HANDED_OVER, REFERENCE, claim, credit, payment


class Collector:
    """One creditor at ECPay with one claim handed over on day 15."""

    def __init__(self, **terms: Any) -> None:
        changes = terms.pop("claim", {})
        self.world = EcpayWorld(Day(HANDED_OVER))
        self.creditor: Creditor = self.world.make_creditor(
            Terms(CLIENT_ID, **{"payout_days": 0, **terms})
        )
        self.claim: Claim = self.hand_over(**changes)

    def hand_over(self, **changes: Any) -> Claim:
        return register(self.creditor, claim(**changes))[0]

    def pass_to(self, day: str) -> None:
        self.world.day.advance_to(date.fromisoformat(day))

    def pays(self, amount: str = "full", on: str | None = None) -> Decimal:
        day = date.fromisoformat(on) if on else None
        paid = self.world.debtor_pays(REFERENCE, amount, on=day)
        return paid.amount if paid else Decimal(0)

    def pays_creditor(self, amount: str = "10000.00", on: str = "", number: int = 1) -> Any:
        changes = {
            "amount": amount,
            "paymentDate": on or self.world.day.today.isoformat(),
            "paymentReference": f"tt:4711:posting:{number}",
        }
        return direct.report(self.creditor, payment(**changes))[0].view

    def takes_back(self, number: int = 1) -> Any:
        body = {"date": self.world.day.today.isoformat(), "reason": "BOUNCED"}
        return direct.reverse(self.creditor, f"tt:4711:posting:{number}", body)[0]

    def credits_all(self, **changes: Any) -> Any:
        body = credit(date=self.world.day.today.isoformat(), **changes)
        return full_credits.credit(self.creditor, body)[0].view

    def settles(self) -> Settlement:
        settlement = self.world.settle(CLIENT_ID)
        assert settlement is not None
        self.world.audit()
        return settlement

    def view(self) -> dict[str, Any]:
        return self.creditor.view(self.claim)

    def remaining(self, part: str = "total") -> str:
        return str(self.view()["balance"][part]["remaining"])

    def events(self) -> list[str]:
        return [event["type"] for event in self.creditor.events]
