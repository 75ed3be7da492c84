"""The terms between one creditor and ECPay, as the agreement of the contract words them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.cover import check_order, money
from shared.faults import Misconfigured

_CLIENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
NONE = Decimal("0.00")
ALL = Decimal("100.00")
STAGES_OF_ENTRY = ("REMINDER", "NOTICE", "PAYMENT_DEMAND")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the parties agreed; the defaults are the reference agreement of the facts.

    The last group is not part of the agreement the contract shows, but of how ECPay pays out.
    """

    client_id: str
    creditor_name: str = "Nordfjord Rør AS"
    organisation_number: str = "310000035"
    agreement_number: str = "A-4711"
    active: bool = True
    version: int = 1
    valid_from: date = date(2026, 1, 1)
    updated_at: str = "2026-01-01T06:00:00.000Z"
    minimum_amount: Decimal = Decimal("50.00")
    minimum_days_overdue: int = 15
    grace_banking_days: int = 2
    coverage_order: tuple[str, ...] = (
        "legalCosts",
        "reminderFee",
        "collectionFee",
        "principal",
        "compensation",
        "interest",
    )
    interest_client_percent: Decimal = ALL
    reminder_fee_client_percent: Decimal = NONE
    collection_fee_client_percent: Decimal = NONE
    compensation_client_percent: Decimal = ALL
    legal_costs_client_percent: Decimal = ALL
    vat_registered: bool = True
    vat_set_off: bool = True
    vat_rate_percent: Decimal = Decimal("25.00")
    commission_percent: Decimal = NONE
    commission_stages: tuple[str, ...] = ("SURVEILLANCE",)
    withdrawal_percent: Decimal = NONE
    credit_percent: Decimal = NONE
    direct_payment_percent: Decimal = NONE
    closes_on_direct_payment: bool = False
    forwards_overpayment: bool = False
    lists_direct_payments: bool = True
    payout_account_last4: str = "2358"
    accepts_disputed: bool = False
    accepts_foreign_debtors: bool = False
    entry_stages: tuple[str, ...] = STAGES_OF_ENTRY

    payout_days: int = 1
    settles_on_weekday: int | None = None
    statement_after_days: int = 0

    def __post_init__(self) -> None:
        check_order(self.coverage_order)
        if not _CLIENT_ID.match(self.client_id):
            raise Misconfigured("the id of an agreement has 1 to 64 letters, digits, . _ or -")

    @property
    def client_percents(self) -> dict[str, Decimal]:
        """The client's share of each component that is shared."""
        return {
            "interest": self.interest_client_percent,
            "reminder_fee": self.reminder_fee_client_percent,
            "collection_fee": self.collection_fee_client_percent,
            "compensation": self.compensation_client_percent,
            "legal_costs": self.legal_costs_client_percent,
        }

    def wire(self) -> dict[str, Any]:
        """Return the agreement as the contract writes it."""
        return {
            "clientId": self.client_id,
            "agreementNumber": self.agreement_number,
            "status": "ACTIVE" if self.active else "INACTIVE",
            "version": self.version,
            "validFrom": self.valid_from.isoformat(),
            "creditor": {
                "name": self.creditor_name,
                "organisationNumber": self.organisation_number,
            },
            "settlementCurrency": "NOK",
            "minimumAmount": money(self.minimum_amount),
            "minimumDaysOverdue": self.minimum_days_overdue,
            "paymentDemandGraceBankingDays": self.grace_banking_days,
            "coverageOrder": list(self.coverage_order),
            "shares": self._shares(),
            "vatRegistered": self.vat_registered,
            "vatSetOff": self.vat_set_off,
            "vatRatePercent": money(self.vat_rate_percent),
            "commission": {
                "ratePercent": money(self.commission_percent),
                "stages": list(self.commission_stages),
            },
            "charges": {
                "withdrawalPercent": money(self.withdrawal_percent),
                "creditPercent": money(self.credit_percent),
                "directPaymentPercent": money(self.direct_payment_percent),
            },
            "onDirectPayment": "CLOSE" if self.closes_on_direct_payment else "CONTINUE",
            "overpaymentPolicy": (
                "FORWARD_TO_CLIENT" if self.forwards_overpayment else "REFUND_DEBTOR"
            ),
            "listDirectPayments": self.lists_direct_payments,
            "payoutAccountMasked": f"*******{self.payout_account_last4}",
            "capabilities": {
                "partialCredit": False,
                "acceptDisputed": self.accepts_disputed,
                "foreignDebtors": self.accepts_foreign_debtors,
                "currencies": ["NOK"],
                "entryStages": list(self.entry_stages),
            },
            "updatedAt": self.updated_at,
        }

    def _shares(self) -> dict[str, str]:
        return {
            "interestClientPercent": money(self.interest_client_percent),
            "reminderFeeClientPercent": money(self.reminder_fee_client_percent),
            "collectionFeeClientPercent": money(self.collection_fee_client_percent),
            "compensationClientPercent": money(self.compensation_client_percent),
            "legalCostsClientPercent": money(self.legal_costs_client_percent),
        }
