"""ECPay over HTTP: one object per host, one ``Creditor`` per agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.providers.ecpay import requests, settlements, wire


class Creditor(Protocol):
    """One creditor agreement at ECPay; every call is safe to repeat.

    Every method raises ``Transient`` for a passing failure, ``Outage`` when ECPay is away or the
    agreement cannot be used, and ``Invalid`` for a refusal, with ECPay's own code in ``code``.
    """

    async def agreement(self) -> wire.Agreement:
        """Read the terms."""

    async def create_claims(
        self, items: Sequence[requests.ClaimCreate], *, key: str
    ) -> Sequence[wire.ClaimResult]:
        """Hand over up to 200 claims; one result per item, in order."""

    async def find_claim(self, reference: str) -> wire.Claim | None:
        """Find a claim by our reference."""

    async def claim(self, claim_id: str) -> wire.Claim:
        """Read a claim."""

    async def act(
        self,
        claim_id: str,
        action: requests.ClaimAction,
        *,
        key: str,
        if_match: int | None = None,
    ) -> wire.ClaimActionReceipt:
        """Tell or ask something about a claim."""

    async def report_payments(
        self, items: Sequence[requests.PaymentCreate], *, key: str
    ) -> Sequence[wire.PaymentResult]:
        """Report up to 200 payments the creditor received; one result per item, in order."""

    async def reverse_payment(
        self, reference: str, reversal: requests.PaymentReversalCreate, *, key: str
    ) -> wire.PaymentReversal:
        """Take a reported payment back."""

    async def credit(self, item: requests.CreditCreate, *, key: str) -> wire.Credit:
        """Credit a whole claim."""

    async def events(self, cursor: str | None, limit: int = 200) -> wire.Page[wire.Event]:
        """Read one page of the event feed, from the beginning when there is no cursor."""

    async def settlements(
        self, cursor: str | None, limit: int = 200
    ) -> wire.Page[settlements.SettlementHeader]:
        """Read one page of settlement headers."""

    async def settlement(self, settlement_id: str) -> settlements.Settlement:
        """Read a settlement with all its lines, and whether they match its checksum."""

    async def statement(self, settlement_id: str) -> bytes | None:
        """Fetch the statement as PDF, None while it is not ready."""

    async def acknowledge(
        self, settlement_id: str, acknowledgement: requests.AcknowledgementCreate
    ) -> settlements.Acknowledgement:
        """Tell what became of a settlement; repeatable with the same content."""


class Ecpay(Protocol):
    """ECPay, for all clients."""

    def creditor(self, ecpay_client_id: str, *, client_id: str | None = None) -> Creditor:
        """Return the agreement of a client.

        Args:
            ecpay_client_id: Id of the agreement at ECPay, the root of every path.
            client_id: Our client, named in the faults that concern this client only.
        """
