"""What collection may cost the debtor: letter fee and collection fee, by dated rates."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_UP, Decimal

from shared.faults import Misconfigured
from shared.messages.money import ZERO, to_ore

BUSINESS_FACTOR = Decimal("1.5")
LETTERS_WITH_FEE = 2

_BASE_RATES = ((date(2026, 1, 1), Decimal(750)), (date(2020, 1, 1), Decimal(700)))
_BANDS = (
    (Decimal(500), Decimal("0.25")),
    (Decimal(1000), Decimal("0.35")),
    (Decimal(2500), Decimal("0.40")),
    (Decimal(10000), Decimal("0.80")),
    (Decimal(50000), Decimal("1.60")),
    (Decimal(250000), Decimal("3.60")),
    (Decimal("Infinity"), Decimal("7.20")),
)


def base_rate_on(day: date) -> Decimal:
    """Return the collection rate (inkassosats) on a day.

    Raises:
        Misconfigured: The day is before the first known rate.
    """
    for start, rate in _BASE_RATES:
        if day >= start:
            return rate
    raise Misconfigured(f"no collection rate is known on {day}", code="RATE_MISSING")


def letter_fee(day: date) -> Decimal:
    """Return the fee of a reminder or notice: a twentieth of the rate, in whole kroner up."""
    return (base_rate_on(day) / 20).quantize(Decimal(1), rounding=ROUND_UP) + ZERO


def collection_fee(
    principal: Decimal,
    day: date,
    *,
    business: bool,
    vat_registered: bool,
    vat_rate: Decimal = Decimal(25),
) -> Decimal:
    """Return the simple collection fee (salær) at its cap; the double fee is twice this.

    Args:
        principal: Principal that decides the band.
        day: Day whose rate applies.
        business: Whether the debtor is no consumer.
        vat_registered: Whether the creditor deducts VAT; if not, the fee includes it.
        vat_rate: VAT in per cent.
    """
    multiple = next(factor for limit, factor in _BANDS if principal <= limit)
    fee = base_rate_on(day) * multiple
    if business:
        fee *= BUSINESS_FACTOR
    if not vat_registered:
        fee *= 1 + vat_rate / 100
    return to_ore(fee)
