"""Money: a Decimal with two places and a currency.

JSON carries ``{"amount": "1234.50", "currency": "NOK"}``: a string, because a JSON number is
read as a binary float by most parsers.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

ORE = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("999999999999.99")


def to_ore(amount: Decimal) -> Decimal:
    """Round half up to two places, as both providers do."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)


def _two_places(amount: Decimal) -> Decimal:
    if not amount.is_finite() or abs(amount) > LARGEST or amount != to_ore(amount):
        msg = "an amount has at most two decimals and twelve digits before them"
        raise ValueError(msg)
    return to_ore(amount) + ZERO  # + ZERO turns -0.00 into 0.00


Amount = Annotated[
    Decimal,
    AfterValidator(_two_places),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json"),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def grouped(amount: Decimal) -> str:
    """Return an amount with its thousands apart, as Norwegians write it; for people only."""
    return f"{amount:,.2f}".replace(",", "\N{NO-BREAK SPACE}")


class Money(BaseModel):
    """An amount in one currency; adding two currencies is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    amount: Amount
    currency: Currency = "NOK"

    def __add__(self, other: Money) -> Money:
        """Add money of the same currency.

        Raises:
            ValueError: The currencies differ.
        """
        return Money(amount=self.amount + self._same(other), currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract money of the same currency.

        Raises:
            ValueError: The currencies differ.
        """
        return Money(amount=self.amount - self._same(other), currency=self.currency)

    def __str__(self) -> str:
        """Return the amount with two places and the currency."""
        return f"{self.amount:.2f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            msg = f"cannot combine {self.currency} and {other.currency}"
            raise ValueError(msg)
        return other.amount
