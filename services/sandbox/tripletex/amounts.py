"""Amounts inside the stand-in: whole øre, so that a ledger of 100,000 invoices stays small."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

Ore = int
"""A count of øre (1/100 krone)."""

_CENT = Decimal("0.01")


def to_ore(amount: Decimal | float | str) -> Ore:
    """Return an amount in kroner as øre, rounded half up to two decimals."""
    rounded = Decimal(str(amount)).quantize(_CENT, rounding=ROUND_HALF_UP)
    return int(rounded.scaleb(2))


def as_double(ore: Ore) -> float:
    """Return øre as the double Tripletex writes: ``8375.0``, ``31437.5``."""
    return ore / 100


def as_kroner(ore: Ore) -> Decimal:
    """Return øre as a Decimal of kroner with two places."""
    return Decimal(ore).scaleb(-2).quantize(_CENT)


def share(ore: Ore, numerator: int, denominator: int) -> Ore:
    """Return ``ore * numerator / denominator``, rounded half away from zero."""
    exact = Decimal(ore) * numerator / denominator
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
