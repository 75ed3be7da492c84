"""Everything ECPay keeps for one creditor, with the indexes that make it quick to find."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.claims import Claim, claim_view
from services.sandbox.ecpay.cover import Parts
from services.sandbox.ecpay.office import Office
from services.sandbox.ecpay.paging import Feed, PageRequest, page
from services.sandbox.ecpay.problems import Refusal
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.settling import Line
from services.sandbox.ecpay.terms import Terms
from shared.messages.money import ZERO


@dataclass(slots=True)
class DirectPayment:
    """A payment that the creditor reported, and what it did to the claim at that moment."""

    view: dict[str, Any]
    digest: bytes
    claim: Claim
    applied: Decimal
    paid_on: date
    line: Line | None = None
    waived_fee: Decimal = ZERO
    reversal: dict[str, Any] | None = None
    reversal_digest: bytes = b""


@dataclass(slots=True)
class Credit:
    """A registered full credit."""

    view: dict[str, Any]
    digest: bytes


@dataclass(slots=True)
class AgencyPayment:
    """Money that the debtor paid to ECPay."""

    reference: str
    claim: Claim
    amount: Decimal
    paid_on: date
    allocation: Parts
    line: Line
    client_letters: Decimal
    waived_fee: Decimal = ZERO
    is_reversed: bool = False


class Creditor:
    """One creditor agreement with its claims, money and feeds."""

    def __init__(self, terms: Terms, office: Office) -> None:
        self.terms = terms
        self.office = office
        self.claims: dict[str, Claim] = {}
        self.by_reference: dict[str, Claim] = {}
        self.payments: dict[str, DirectPayment] = {}
        self.payments_before: set[str] = set()
        self.credits: dict[str, Credit] = {}
        self.agency_payments: dict[str, AgencyPayment] = {}
        self.unsettled: list[Line] = []
        self.settlements: dict[str, Settlement] = {}
        self.carried_forward = ZERO
        self.protected: set[str] = set()
        self.refusals: dict[str, str] = {}
        self.agenda: defaultdict[date, list[Claim]] = defaultdict(list)
        self.messages: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.documents: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.events: list[dict[str, Any]] = []
        self._changes: list[Claim] = []
        self._settlement_feed: list[Settlement] = []

    @property
    def client_id(self) -> str:
        """The identifier of the agreement."""
        return self.terms.client_id

    def claim(self, claim_id: str) -> Claim:
        """Return a claim by ECPay's identifier.

        Raises:
            Refusal: There is none.
        """
        found = self.claims.get(claim_id)
        if found is None:
            raise Refusal("CLAIM_NOT_FOUND")
        return found

    def settlement(self, settlement_id: str) -> Settlement:
        """Return a settlement.

        Raises:
            Refusal: There is none.
        """
        found = self.settlements.get(settlement_id)
        if found is None:
            raise Refusal("SETTLEMENT_NOT_FOUND")
        return found

    def view(self, claim: Claim) -> dict[str, Any]:
        """Return a claim as the contract shows it today."""
        return claim_view(claim, self.terms, self.office.today, self.office.rates)

    def owed(self, claim: Claim, on: date) -> Parts:
        """Return what the debtor owes on a claim on a day."""
        return claim.owed(on, self.office.rates)

    # -- feeds ---------------------------------------------------------------------------

    def add(self, claim: Claim) -> None:
        """Take in a new claim."""
        self.claims[claim.claim_id] = claim
        self.by_reference[claim.claim_reference] = claim
        self._move_to_end(claim)
        self.plan(claim)
        self.tell("claim.accepted", claim)

    def changed(self, claim: Claim) -> None:
        """Give a claim a new version and its place at the end of the feed."""
        claim.version += 1
        claim.updated_at = self.office.stamp()
        self._move_to_end(claim)

    def plan(self, claim: Claim) -> None:
        """Put the next step of a claim on the agenda."""
        planned = claim.planned(self.terms)
        if planned is not None:
            self.agenda[max(planned.earliest, self.office.today)].append(claim)

    def tell(self, kind: str, claim: Claim | None = None, **data: object) -> dict[str, Any]:
        """Add an event to the feed."""
        event = {
            "eventId": f"evt_{self.office.number('event'):012d}",
            "sequence": len(self.events) + 1,
            "type": kind,
            "occurredAt": self.office.stamp(),
            "claimId": claim.claim_id if claim else None,
            "claimReference": claim.claim_reference if claim else None,
            "caseNumber": claim.case_number if claim else None,
            "data": {name: value for name, value in data.items() if value is not None},
        }
        self.events.append(event)
        return event

    def list_settlement(self, settlement: Settlement) -> None:
        """List a settlement at the end of the feed, for the first time or again."""
        self._settlement_feed.append(settlement)

    def claim_page(self, wanted: PageRequest) -> dict[str, Any]:
        """Return claims in the order of their latest change."""
        return page(
            Feed("cl", self.client_id),
            self._changes,
            wanted,
            show=self.view,
            is_current=lambda position, claim: claim.position == position,
        )

    def event_page(self, wanted: PageRequest) -> dict[str, Any]:
        """Return events in ascending order."""
        return page(Feed("ev", self.client_id), self.events, wanted, show=dict)

    def settlement_page(self, wanted: PageRequest) -> dict[str, Any]:
        """Return settlement headers in the order in which they were issued or changed."""
        feed = Feed("st", self.client_id)
        return page(feed, self._settlement_feed, wanted, show=Settlement.header)

    def line_page(self, settlement: Settlement, wanted: PageRequest) -> dict[str, Any]:
        """Return lines of a settlement in checksum order."""
        feed = Feed("sl", f"{self.client_id}/{settlement.settlement_id}")
        return page(feed, settlement.shown_lines, wanted, show=dict)

    def message_page(self, claim: Claim, wanted: PageRequest) -> dict[str, Any]:
        """Return the dialogue about a claim, oldest first."""
        feed = Feed("ms", f"{self.client_id}/{claim.claim_id}")
        return page(feed, self.messages[claim.claim_id], wanted, show=dict)

    def _move_to_end(self, claim: Claim) -> None:
        self._changes.append(claim)
        claim.position = len(self._changes)
