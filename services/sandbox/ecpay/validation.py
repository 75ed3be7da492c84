"""Structural checks of request bodies: every fault of every field is found and listed.

A shape checks one JSON value and yields its faults. Messages never repeat the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.sandbox.ecpay.problems import FieldError, validation_failed

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$")
_PAIR_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,40}$")

Faults = Iterator[FieldError]


class Shape(Protocol):
    """What a value must look like."""

    def faults(self, value: Any, at: str) -> Faults:
        """Yield everything that is wrong with a value at a JSON pointer."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string of limited length, perhaps of a fixed form."""

    longest: int | None = None
    shortest: int = 0
    form: str | None = None

    def faults(self, value: Any, at: str) -> Faults:
        """Yield wrong type, length or form."""
        if not isinstance(value, str):
            yield FieldError(at, "WRONG_TYPE", "must be a string")
        elif self.longest is not None and len(value) > self.longest:
            yield FieldError(at, "TOO_LONG", f"must have at most {self.longest} characters")
        elif len(value) < self.shortest:
            yield FieldError(at, "WRONG_FORMAT", f"must have at least {self.shortest} characters")
        elif self.form is not None and not re.search(self.form, value):
            yield FieldError(at, "WRONG_FORMAT", "does not have the required form")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed set of strings."""

    values: tuple[str, ...]

    def faults(self, value: Any, at: str) -> Faults:
        """Yield wrong type or a value outside the set."""
        if not isinstance(value, str):
            yield FieldError(at, "WRONG_TYPE", "must be a string")
        elif value not in self.values:
            yield FieldError(at, "NOT_IN_ENUM", f"must be one of {', '.join(self.values)}")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def faults(self, value: Any, at: str) -> Faults:
        """Yield a wrong type."""
        if not isinstance(value, bool):
            yield FieldError(at, "WRONG_TYPE", "must be true or false")


@dataclass(frozen=True, slots=True)
class CivilDay:
    """A calendar date."""

    def faults(self, value: Any, at: str) -> Faults:
        """Yield wrong type or form."""
        if not isinstance(value, str):
            yield FieldError(at, "WRONG_TYPE", "must be a string")
        elif not _DAY.match(value) or not _parses(date.fromisoformat, value):
            yield FieldError(at, "WRONG_FORMAT", "must be a date as YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time in UTC."""

    def faults(self, value: Any, at: str) -> Faults:
        """Yield wrong type or form."""
        if not isinstance(value, str):
            yield FieldError(at, "WRONG_TYPE", "must be a string")
        elif not _INSTANT.match(value) or not _parses(datetime.fromisoformat, value):
            yield FieldError(at, "WRONG_FORMAT", "must be a UTC time as RFC 3339 with Z")


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values of one shape."""

    item: Shape
    most: int
    fewest: int = 0

    def faults(self, value: Any, at: str) -> Faults:
        """Yield a wrong type or length, and the faults of the items."""
        if not isinstance(value, list):
            yield FieldError(at, "WRONG_TYPE", "must be a list")
            return
        if len(value) > self.most:
            yield FieldError(at, "TOO_MANY", f"must have at most {self.most} items")
        if len(value) < self.fewest:
            yield FieldError(at, "OUT_OF_RANGE", f"must have at least {self.fewest} items")
        for index, item in enumerate(value):
            yield from self.item.faults(item, f"{at}/{index}")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Up to ten pairs of strings."""

    def faults(self, value: Any, at: str) -> Faults:
        """Yield a wrong type, too many pairs, bad names and bad values."""
        if not isinstance(value, dict):
            yield FieldError(at, "WRONG_TYPE", "must be an object")
            return
        if len(value) > 10:  # noqa: PLR2004 - the contract's limit, used once
            yield FieldError(at, "TOO_MANY", "must have at most 10 pairs")
        for name, text in value.items():
            place = f"{at}/{_escaped(name)}"
            if not _PAIR_NAME.match(name):
                yield FieldError(place, "WRONG_FORMAT", "is not a valid name")
            yield from Text(longest=200).faults(text, place)


@dataclass(frozen=True, slots=True)
class Thing:
    """An object with known fields and no others."""

    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()

    def faults(self, value: Any, at: str) -> Faults:
        """Yield a wrong type, missing and unknown fields, and the faults of the fields."""
        if not isinstance(value, dict):
            yield FieldError(at, "WRONG_TYPE", "must be an object")
            return
        for name in self.required:
            if name not in value:
                yield FieldError(f"{at}/{name}", "REQUIRED", "is required")
        for name, item in value.items():
            shape = self.fields.get(name)
            if shape is not None:
                yield from shape.faults(item, f"{at}/{name}")
            else:
                place = f"{at}/{_escaped(name)}"
                yield FieldError(place, "UNKNOWN_FIELD", "is not a field of this object")


REFERENCE = Text(longest=64, shortest=1, form=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$")
AMOUNT = Text(form=r"^(0|[1-9][0-9]{0,11})\.[0-9]{2}$")
# Zero and below are told by AMOUNT_NOT_POSITIVE, so a minus is not a fault of form here.
AMOUNT_ABOVE_ZERO = Text(form=r"^-?(0|[1-9][0-9]{0,11})\.[0-9]{2}$")
PERCENT = Text(form=r"^(0|[1-9][0-9]{0,2})\.[0-9]{2}$")
CURRENCY = Text(form=r"^[A-Z]{3}$")


def refuse_faults(shape: Shape, body: Any) -> None:
    """Check a whole body.

    Raises:
        Refusal: Something is wrong with it; everything is listed.
    """
    faults = list(shape.faults(body, ""))
    if faults:
        raise validation_failed(faults)


def _parses(parse: Any, text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
