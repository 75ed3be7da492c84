"""What a comparison of both systems found, per client and in all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from shared.messages.money import ZERO, Money

PARTLY = 3
UNREACHABLE = 6


class Kind(Enum):
    """What sort of difference it is."""

    OUTSTANDING = "outstanding differs"
    NO_CLAIM = "claim missing at ECPay"
    NO_INVOICE = "invoice missing in Tripletex"
    NOT_IN_BOOKS = "claim not in our books"
    SETTLEMENT_NOT_BOOKED = "settlement not booked"
    NOT_ACKNOWLEDGED = "settlement not acknowledged"
    BOOKED_TWICE = "settlement booked twice"
    CLEARING = "clearing account differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the systems do not say the same.

    Attributes:
        amount: What Tripletex shows, less what it should show by what ECPay says.
        cause: Why, as far as it can be told.
        act: What a person can do about it.
    """

    client_id: str
    kind: Kind
    amount: Money
    cause: str
    act: str
    invoice_number: str | None = None
    case_number: str | None = None
    settlement_number: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts of one client, or of all.

    ``tripletex_outstanding`` is ``ecpay_remaining`` plus what ECPay has collected and Tripletex
    cannot show yet (``collected_not_settled``, ``settled_not_booked``), less what debtors paid
    beyond their invoice (``overpaid``). ``clearing_booked`` is ``settled_net`` of what is booked.

    Attributes:
        paid_out: What others took from the clearing account, usually payouts in the bank.
        not_followed: Outstanding on claims that ECPay closed without payment.
    """

    claims: int = 0
    open_claims: int = 0
    handed_over: Decimal = ZERO
    tripletex_outstanding: Decimal = ZERO
    ecpay_remaining: Decimal = ZERO
    collected_not_settled: Decimal = ZERO
    settled_not_booked: Decimal = ZERO
    overpaid: Decimal = ZERO
    direct_payments: Decimal = ZERO
    collected: Decimal = ZERO
    credited: Decimal = ZERO
    not_followed: Decimal = ZERO
    settlements: int = 0
    booked: int = 0
    acknowledged: int = 0
    settled_net: Decimal = ZERO
    clearing_booked: Decimal = ZERO
    paid_out: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        """Add the figures of another client."""
        return Figures(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


@dataclass(frozen=True, slots=True)
class ClientReport:
    """The comparison of one client.

    Attributes:
        unreadable: Why it could not be compared; None when it was.
    """

    client_id: str
    name: str
    figures: Figures
    differences: tuple[Difference, ...] = ()
    unreadable: str | None = None

    @property
    def agrees(self) -> bool:
        """Tell whether both systems say the same."""
        return self.unreadable is None and not self.differences

    @property
    def verdict(self) -> str:
        """Return the outcome in a word or two."""
        if self.unreadable is not None:
            return "not compared"
        return "agrees" if self.agrees else told_differences(len(self.differences))


@dataclass(frozen=True, slots=True)
class Report:
    """The comparison of several clients."""

    today: date
    compared_at: datetime
    clients: tuple[ClientReport, ...]

    @property
    def total(self) -> Figures:
        """Return the sums over all clients."""
        return added(each.figures for each in self.clients)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return the differences of all clients."""
        return tuple(found for each in self.clients for found in each.differences)

    @property
    def agrees(self) -> bool:
        """Tell whether both systems say the same for every client."""
        return all(each.agrees for each in self.clients)

    @property
    def exit_code(self) -> int:
        """Return 0 when all agree, 6 when somebody could not be compared, 3 otherwise."""
        if any(each.unreadable for each in self.clients):
            return UNREACHABLE
        return 0 if self.agrees else PARTLY


def told_differences(count: int) -> str:
    """Return how many differences there are, in words."""
    return f"{count} difference{'' if count == 1 else 's'}"


def added(figures: Iterable[Figures]) -> Figures:
    """Return the sums of figures."""
    return sum(figures, Figures())
