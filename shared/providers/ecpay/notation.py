"""How ECPay writes amounts, rates and instants, and what every wire model shares.

Money is a decimal string with exactly two decimals, never a JSON number; a percentage has two
and an exchange rate six. Source: the ECPay contract, version 1.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel

_MONEY = re.compile(r"-?(?:0|[1-9][0-9]{0,11})\.[0-9]{2}")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]{2,6}")


RECEIVED = {"received": True}
"""Validation context of what came over the wire, where a number is not money."""


def _money(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, Decimal) and info.context != RECEIVED:
        return value
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        msg = "must be a string with exactly two decimals"
        raise ValueError(msg)
    return Decimal(value) + Decimal("0.00")


def _plain_decimal(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, Decimal) and info.context != RECEIVED:
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        msg = "must be a decimal string"
        raise ValueError(msg)
    return Decimal(value)


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        msg = "must not be negative"
        raise ValueError(msg)
    return value


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    return value.astimezone(UTC)


def _zulu(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_AS_TEXT = PlainSerializer(lambda value: f"{value:.2f}", return_type=str, when_used="json")

SignedMoney = Annotated[Decimal, BeforeValidator(_money), _AS_TEXT]
"""An amount that may be negative: settlements only."""

Money = Annotated[Decimal, BeforeValidator(_money), AfterValidator(_not_negative), _AS_TEXT]
"""An amount; its direction is told by the kind of object it stands in."""

Percent = Annotated[Decimal, BeforeValidator(_plain_decimal), _AS_TEXT]
ExchangeRate = Annotated[Decimal, BeforeValidator(_plain_decimal)]
Timestamp = Annotated[
    datetime, AfterValidator(_instant), PlainSerializer(_zulu, return_type=str, when_used="json")
]


class Answer(BaseModel):
    """What ECPay sends: open, so fields it adds are ignored; closed sets are plain text."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )


class Request(BaseModel):
    """What we send: closed, and an absent optional field is left out, never null."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    def body(self) -> dict[str, Any]:
        """Return the JSON object to send."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def __repr__(self) -> str:
        """Return the name only: requests carry personal data."""
        return f"{type(self).__name__}(…)"

    __str__ = __repr__
