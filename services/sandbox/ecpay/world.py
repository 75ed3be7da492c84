"""The whole of ECPay in one process: creditors, their claims and money, and who may call.

The same things can be done through these methods and over HTTP; methods are for the demo and
for tests that run in one process. Not for use by several threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from services.sandbox.day import Day
from services.sandbox.ecpay import audit, closing, debtor, messages, moving, payout
from services.sandbox.ecpay.books import books_of
from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.creditor import AgencyPayment, Creditor
from services.sandbox.ecpay.faults import Misbehaviour, Misbehaviours
from services.sandbox.ecpay.idempotency import Keys
from services.sandbox.ecpay.limits import RateLimit
from services.sandbox.ecpay.oauth import OAuthClient, Tokens
from services.sandbox.ecpay.office import Office
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.terms import Terms
from services.sandbox.ecpay.webhooks import Webhooks
from shared.clock import Clock, SystemClock
from shared.faults import Conflict

DEFAULT_CLIENT = OAuthClient("restanse-sandbox", "restanse-sandbox-secret")
REQUESTS_PER_MINUTE = 600


class EcpayWorld:
    """Everything ECPay knows and does.

    Args:
        day: The simulated day; the world acts when it passes.
        clock: Real time, for the life of tokens and the rate limit.
        random: Source of tokens and secrets.
        requests_per_minute: Rate limit per client, None for none.
    """

    def __init__(
        self,
        day: Day,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        requests_per_minute: int | None = REQUESTS_PER_MINUTE,
    ) -> None:
        self.day = day
        self.clock = clock or SystemClock()
        self.random = random or Random(0)  # noqa: S311 - a sandbox that can be repeated
        self.office = Office(day)
        self.creditors: dict[str, Creditor] = {}
        self.tokens = Tokens(self.random)
        self.tokens.add(DEFAULT_CLIENT)
        self.keys = Keys()
        self.limit = RateLimit(requests_per_minute)
        self.misbehaviours = Misbehaviours()
        self.webhooks = Webhooks(self.office, self.random)
        self.calls: dict[str, int] = {}
        self.requests = count(1)
        self._began = day.today
        day.on_each(self._day_begins)

    # -- creditors ---------------------------------------------------------------------

    def make_creditor(self, terms: Terms, oauth: OAuthClient | None = None) -> Creditor:
        """Sign an agreement, and let a program act for it beside the default one.

        Raises:
            Conflict: There is one with that identifier.
        """
        if terms.client_id in self.creditors:
            raise Conflict(f"there is a creditor {terms.client_id} already")
        creditor = Creditor(terms, self.office)
        self.creditors[terms.client_id] = creditor
        if oauth is not None:
            self.tokens.add(oauth)
        return creditor

    def creditor(self, client_id: str) -> Creditor:
        """Return a creditor.

        Raises:
            Conflict: There is none.
        """
        if client_id not in self.creditors:
            raise Conflict(f"there is no creditor {client_id}")
        return self.creditors[client_id]

    def change_terms(self, client_id: str, **changes: Any) -> Terms:
        """Change the agreement of a creditor and tell of it."""
        creditor = self.creditor(client_id)
        version = creditor.terms.version + 1
        creditor.terms = replace(
            creditor.terms, **changes, version=version, updated_at=self.office.stamp()
        )
        creditor.tell("agreement.changed", agreementVersion=version)
        return creditor.terms

    def find(self, claim_reference: str, client_id: str | None = None) -> tuple[Creditor, Claim]:
        """Return a claim by its reference, with its creditor.

        Raises:
            Conflict: There is none.
        """
        chosen = [self.creditor(client_id)] if client_id else self.creditors.values()
        for creditor in chosen:
            claim = creditor.by_reference.get(claim_reference)
            if claim is not None:
                return creditor, claim
        raise Conflict(f"there is no claim {claim_reference}")

    def announce_rate(self, start: date, percent: Decimal) -> None:
        """Announce the late-interest rate of a half-year."""
        self.office.rates[start] = percent

    # -- the debtor's side -------------------------------------------------------------

    def debtor_pays(
        self,
        claim_reference: str,
        amount: Decimal | str = "full",
        *,
        on: date | None = None,
        client_id: str | None = None,
    ) -> AgencyPayment | None:
        """Let the debtor pay ECPay an amount, or everything owed on the day.

        Returns:
            The payment, None when all of it went back to the debtor.
        """
        creditor, claim = self.find(claim_reference, client_id)
        paid = None if amount == "full" else Decimal(amount)
        return debtor.pays(creditor, claim, paid, on=on or self.office.today)

    def bounce(self, client_id: str, payment_reference: str) -> AgencyPayment:
        """Let the bank take a payment to ECPay back."""
        return debtor.bounces(self.creditor(client_id), payment_reference)

    def agree_plan(self, claim_reference: str, *, instalments: int, first_due: date) -> None:
        """Let the debtor agree to pay in instalments."""
        creditor, claim = self.find(claim_reference)
        debtor.agrees_plan(creditor, claim, instalments=instalments, first_due=first_due)

    def debtor_objects(self, claim_reference: str) -> None:
        """Let the debtor object to a claim."""
        debtor.objects(*self.find(claim_reference))

    def protect(self, client_id: str, customer_number: str) -> None:
        """Refuse hand-overs of a debtor from now on."""
        self.creditor(client_id).protected.add(customer_number)

    # -- the agency's side ---------------------------------------------------------------

    def close(self, claim_reference: str, code: str) -> None:
        """Close a claim for a reason of ECPay's own; refused ones are also told as rejected.

        Raises:
            Conflict: The reason is unknown or the claim is closed.
        """
        creditor, claim = self.find(claim_reference)
        if code not in closing.REASONS or not claim.is_open:
            raise Conflict(f"cannot close {claim_reference} as {code}")
        if code == "REJECTED_INVALID":
            creditor.tell("claim.rejected", claim, reason=code, closeCode=code)
        closing.close(creditor, claim, code)

    def merge(self, claim_reference: str, into_reference: str) -> None:
        """Let a claim go on under the case number of another one."""
        creditor, claim = self.find(claim_reference)
        _, into = self.find(into_reference, creditor.client_id)
        ceased, claim.case_number = claim.case_number, into.case_number
        creditor.changed(claim)
        creditor.tell(
            "claim.merged", claim, mergedCaseNumber=ceased, intoCaseNumber=into.case_number
        )

    def write_message(self, claim_reference: str, text: str, subject: str | None = None) -> None:
        """Let the case handler write to the client."""
        body = {"text": text} | ({"subject": subject} if subject else {})
        messages.write(*self.find(claim_reference), body, sender="AGENCY")

    def tell(self, claim_reference: str, kind: str) -> None:
        """Add an event of any kind to the feed, also of one that the contract does not know."""
        creditor, claim = self.find(claim_reference)
        creditor.tell(kind, claim)

    def refuse(self, client_id: str, claim_reference: str, code: str) -> None:
        """Refuse the hand-over of a reference with a code, an empty code lifts it."""
        refusals = self.creditor(client_id).refusals
        refusals.pop(claim_reference, None)
        if code:
            refusals[claim_reference] = code

    def charge(self, claim_reference: str, kind: str, amount: Decimal, *, reason: str) -> None:
        """Charge the client: AGENCY_CHARGE, OUTLAY or ADJUSTMENT."""
        creditor, claim = self.find(claim_reference)
        payout.charge(creditor, claim, kind, amount, reason=reason)

    def settle(self, client_id: str) -> Settlement | None:
        """Settle with a creditor now, None when there is nothing to settle."""
        return payout.settle(self.creditor(client_id))

    def correct(
        self,
        client_id: str,
        settlement_id: str,
        *,
        amounts: Mapping[str, Decimal] | None = None,
        order: tuple[str, ...] | None = None,
    ) -> Settlement | None:
        """Correct a settlement by a new one."""
        creditor = self.creditor(client_id)
        settlement = creditor.settlement(settlement_id)
        return payout.correct(creditor, settlement, amounts=amounts, order=order)

    def repeat(self, client_id: str, settlement_id: str) -> None:
        """List a settlement once more, unchanged."""
        creditor = self.creditor(client_id)
        creditor.list_settlement(creditor.settlement(settlement_id))

    def misbehave(self, misbehaviour: Misbehaviour) -> None:
        """Answer the next matching calls badly."""
        self.misbehaviours.add(misbehaviour)

    # -- what is left at the end -----------------------------------------------------------

    def books(self, client_id: str) -> dict[str, Any]:
        """Return claims, payments and settlements of a creditor, as figures to compare."""
        return books_of(self.creditor(client_id))

    def audit(self) -> None:
        """Check the invariants of everything.

        Raises:
            Bug: Something does not add up.
        """
        for creditor in self.creditors.values():
            audit.check(creditor)

    def _day_begins(self, day: date) -> None:
        for creditor in self.creditors.values():
            moving.run_day(creditor, self._began)
            moving.run_day(creditor, day)
            payout.run_day(creditor)
        self._began = day
        self.keys.forget_before(day)
