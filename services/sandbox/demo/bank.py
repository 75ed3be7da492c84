"""The creditors' bank: what ECPay pays out arrives and is booked against the clearing account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.sandbox.demo.founding import Creditor
from services.sandbox.ecpay.settlements import Settlement
from services.sandbox.ecpay.world import EcpayWorld
from services.sandbox.tripletex.world import TripletexWorld
from shared.messages.money import ZERO


class Bank:
    """Brings every payout once, on the day the collector made it."""

    def __init__(
        self, creditors: Iterable[Creditor], *, tripletex: TripletexWorld, ecpay: EcpayWorld
    ) -> None:
        self._creditors = tuple(creditors)
        self._tripletex = tripletex
        self._ecpay = ecpay
        self._paid: set[str] = set()

    def pay_out(self) -> None:
        """Bring the payouts that were made since the last call."""
        for creditor in self._creditors:
            for settlement in self._new(creditor):
                self._paid.add(settlement.settlement_id)
                self._tripletex.payout(
                    creditor.company.id,
                    settlement.net_payout,
                    text=f"Oppgjør {settlement.number} fra ECPay",
                )

    def _new(self, creditor: Creditor) -> Iterator[Settlement]:
        settlements = self._ecpay.creditor(creditor.ecpay_client_id).settlements.values()
        return (
            settlement
            for settlement in settlements
            if settlement.status == "PAID"
            and settlement.net_payout > ZERO
            and settlement.settlement_id not in self._paid
        )
