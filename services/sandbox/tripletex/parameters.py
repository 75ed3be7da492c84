"""Query parameters: typed reading, with the errors Tripletex gives.

Parameters that nobody asks for are ignored, as the real one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from services.sandbox.tripletex.errors import (
    Complaint,
    invalid,
    malformed,
    missing,
    unmapped,
    wrong_type,
)
from shared.clock import OSLO

LARGEST = 1e12


@dataclass(frozen=True, slots=True)
class Query:
    """The query of one request."""

    given: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """Return a text, None when it is absent or empty."""
        return self.given.get(name) or None

    def require(self, *names: str) -> None:
        """Refuse the request when a parameter is absent (code 15000)."""
        absent = [name for name in names if not self.given.get(name)]
        if absent:
            raise missing(*absent)

    def ids(self, name: str) -> list[int] | None:
        """Return a comma list of positive integers, None when it is absent."""
        text = self.text(name)
        if text is None:
            return None
        parts = [part.strip() for part in text.split(",")]
        if not all(part.isdecimal() for part in parts):
            raise malformed(text)
        return [int(part) for part in parts]

    def integer(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number."""
        text = self.text(name)
        if text is None:
            return default
        try:
            return int(text)
        except ValueError as error:
            raise unmapped(wrong_type(name)) from error

    def amount(self, name: str) -> str | None:
        """Return the text of a number of kroner."""
        text = self.text(name)
        if text is None:
            return None
        try:
            is_sound = abs(float(text)) < LARGEST
        except ValueError as error:
            raise unmapped(wrong_type(name)) from error
        if not is_sound:
            raise unmapped(wrong_type(name))
        return text

    def boolean(self, name: str, *, default: bool | None = None) -> bool | None:
        """Return a truth value."""
        text = self.text(name)
        return default if text is None else text.lower() == "true"

    def day(self, name: str) -> date | None:
        """Return a civil date."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise unmapped(wrong_type(name)) from error

    def since(self, name: str) -> date | None:
        """Return the date of a moment."""
        text = self.text(name)
        return None if text is None else Query({name: text[:10]}).day(name)

    def required_day(self, name: str) -> date:
        """Return a civil date that must be there."""
        self.require(name)
        return self.day(name) or date.min

    def window(self, first: str, end: str) -> tuple[date, date]:
        """Return a window of dates that must be there: from inclusive, to exclusive."""
        self.require(first, end)
        return self.optional_window(first, end)

    def optional_window(self, first: str, end: str) -> tuple[date, date]:
        """Return a window of dates, open where a parameter is absent."""
        start, stop = self.day(first) or date.min, self.day(end) or date.max
        if start >= stop:
            message = (
                f"'From and including' value ({_java(start)}) is greater than or equal "
                f"'To and excluding' value ({_java(stop)}) in filter."
            )
            raise invalid(Complaint(None, message))
        return start, stop


def _java(day: date) -> str:
    moment = datetime.combine(day, time(), tzinfo=OSLO)
    zone = moment.tzname() or "CET"
    return f"{moment:%a %b %d %H:%M:%S} {zone} {moment:%Y}"
