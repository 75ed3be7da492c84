"""One claim in both systems: what Tripletex should show by what ECPay shows.

What Tripletex shows as outstanding is what ECPay shows as remaining, plus principal that ECPay
has collected and no settlement has carried yet, plus principal that a settlement has carried and
that is not booked yet, less what the debtor paid the creditor beyond the claim. Balances are
provisional, settlements are not; so what is collected and not settled is what ECPay shows as
paid, less what its settlements carried and the direct payments it took from us.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.messages.money import ZERO
from shared.providers.ecpay.settlements import Settlement
from shared.providers.ecpay.wire import Claim
from shared.providers.tripletex.wire import Invoice, Posting
from shared.store.reported import PaymentState, ReportedPayment

AGENCY = "AGENCY"
BOOKED = "BOOKED"
VOUCHER_PREFIX = "ECPAY-"
_PAID = frozenset({"PAID", "PAID_DIRECT", "CREDITED"})


@dataclass(frozen=True, slots=True)
class Carried:
    """A settlement at ECPay, and how far it has come here.

    Attributes:
        is_booked: It stands in the ledger, by what ECPay was told or by our books.
        is_draft: It stands as a draft, so that the ledger does not show it.
        waits_for: Why it is not booked, in plain words.
    """

    settlement: Settlement
    is_booked: bool
    is_acknowledged: bool
    is_draft: bool
    waits_for: str

    @property
    def voucher_number(self) -> str:
        """Return the key of its voucher in Tripletex."""
        return f"{VOUCHER_PREFIX}{self.settlement.settlement_number}"

    @property
    def in_ledger(self) -> bool:
        """Tell whether the ledger shows it."""
        return self.is_booked and not self.is_draft

    @property
    def net(self) -> Decimal:
        """Return what it moves the clearing account by."""
        return sum((line.net_to_client for line in self.settlement.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Compared:
    """One claim in both systems, in kroner.

    Attributes:
        excess: Principal that the invoice could not take, because the debtor paid twice.
    """

    claim: Claim
    invoice: Invoice
    collected_not_settled: Decimal
    settled_not_booked: Decimal
    overpaid: Decimal
    excess: Decimal
    direct: Decimal
    collected: Decimal

    @property
    def outstanding(self) -> Decimal:
        """Return what Tripletex shows the debtor to owe.

        A credited invoice is owed no more, also while its credit note waits to be matched (as it
        does after reminders) or the debtor's part payment waits to be paid back.
        """
        return ZERO if self.invoice.is_credited else self.invoice.amount_outstanding

    @property
    def remaining(self) -> Decimal:
        """Return what ECPay shows."""
        return self.claim.balance.principal.remaining

    @property
    def expected(self) -> Decimal:
        """Return what Tripletex should show."""
        waiting = self.collected_not_settled + self.settled_not_booked
        return self.remaining + waiting - self.overpaid + self.excess

    @property
    def is_followed(self) -> bool:
        """Tell whether ECPay still follows the claim, or ended it because nothing is owed."""
        return self.claim.close_code is None or self.claim.close_code in _PAID


class Ledgers:
    """What settlements, clearing account and reports say about each claim.

    Args:
        settlements: Every settlement of the client.
        clearing: Postings on the clearing account since the first hand-over.
        reported: The direct payments in our books.
    """

    def __init__(
        self,
        settlements: Sequence[Carried],
        clearing: Sequence[Posting],
        reported: Sequence[ReportedPayment],
    ) -> None:
        self._in_ledger = _principal(each for each in settlements if each.in_ledger)
        self._waiting = _principal(each for each in settlements if not each.in_ledger)
        self._clearing = clearing
        self._vouchers = {posting.voucher.id for posting in clearing if posting.voucher}
        known = [each for each in reported if each.state is PaymentState.REPORTED]
        self._direct = _summed((each.claim_reference, each.applied) for each in known)
        self._unapplied = _summed((each.claim_reference, each.unapplied) for each in known)

    def compare(self, claim: Claim, invoice: Invoice) -> Compared:
        """Put one claim beside its invoice."""
        reference = claim.claim_reference
        settled = self._in_ledger[reference]
        waiting = self._waiting[reference]
        registered = self._registered(invoice)
        overpaid = self._unapplied[reference]
        begun = min(waiting, max(ZERO, registered - settled))
        missing = claim.balance.principal.paid - settled - waiting - self._direct[reference]
        if invoice.is_credited:  # what came in is between creditor and debtor
            missing, begun, overpaid = min(missing, ZERO), waiting, ZERO
        return Compared(
            claim=claim,
            invoice=invoice,
            collected_not_settled=missing,
            settled_not_booked=waiting - begun,
            overpaid=overpaid,
            excess=min(overpaid, max(ZERO, settled - registered)),
            direct=self._direct[reference],
            collected=settled + waiting,
        )

    def on_clearing(self, invoices: Iterable[Invoice]) -> tuple[Decimal, Decimal]:
        """Return what our vouchers moved the clearing account by, and what all others did."""
        payments = {
            posting.voucher.id
            for invoice in invoices
            for posting in invoice.postings
            if posting.voucher and posting.voucher.id in self._vouchers
        }
        ours = sum((each.amount for each in self._clearing if _is_ours(each, payments)), ZERO)
        return ours, sum((each.amount for each in self._clearing), ZERO) - ours

    def _registered(self, invoice: Invoice) -> Decimal:
        """Return what was registered on an invoice from the clearing account."""
        return -sum(
            (
                posting.amount
                for posting in invoice.postings
                if posting.voucher and posting.voucher.id in self._vouchers
            ),
            ZERO,
        )


def vouchers_by_number(clearing: Sequence[Posting]) -> Mapping[str, set[int]]:
    """Return the vouchers with our key that stand on the clearing account, by key."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for posting in clearing:
        voucher = posting.voucher
        if voucher and voucher.external_voucher_number.startswith(VOUCHER_PREFIX):
            found[voucher.external_voucher_number].add(voucher.id)
    return found


def _is_ours(posting: Posting, payments: set[int]) -> bool:
    voucher = posting.voucher
    if voucher is None:
        return False
    return voucher.id in payments or voucher.external_voucher_number.startswith(VOUCHER_PREFIX)


def _principal(settlements: Iterable[Carried]) -> Mapping[str, Decimal]:
    return _summed(
        (line.claim_reference, line.allocation.principal)
        for each in settlements
        for line in each.settlement.lines
        if line.received_by == AGENCY
    )


def _summed(amounts: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for reference, amount in amounts:
        sums[reference] += amount
    return sums
