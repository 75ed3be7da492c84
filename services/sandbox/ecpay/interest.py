"""Late interest: simple, actual/365, by dated half-year rates.

A half-year without a rate fails loudly: a rate is announced a few weeks before it begins, and
guessing one would put wrong money on a debtor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from shared.faults import Misconfigured
from shared.messages.money import ZERO, to_ore

# First day of the half-year -> per cent a year. The rows before 2024 are the published ones as
# remembered, not checked against the regulations; the sandbox needs them for old invoices only.
RATES: Mapping[date, Decimal] = {
    date(2022, 1, 1): Decimal("8.50"),
    date(2022, 7, 1): Decimal("9.25"),
    date(2023, 1, 1): Decimal("10.75"),
    date(2023, 7, 1): Decimal("11.75"),
    date(2024, 1, 1): Decimal("12.50"),
    date(2024, 7, 1): Decimal("12.50"),
    date(2025, 1, 1): Decimal("12.50"),
    date(2025, 7, 1): Decimal("12.25"),
    date(2026, 1, 1): Decimal("12.00"),
    date(2026, 7, 1): Decimal("12.25"),
}

_JULY = 7
_YEAR_PER_CENT = Decimal(36500)


def half_year_of(day: date) -> date:
    """Return the first day of the half-year that a day lies in."""
    return date(day.year, _JULY if day.month >= _JULY else 1, 1)


def rate_on(day: date, rates: Mapping[date, Decimal] = RATES) -> Decimal:
    """Return the yearly rate in per cent on a day.

    Raises:
        Misconfigured: No rate is known for that half-year.
    """
    start = half_year_of(day)
    if start not in rates:
        raise Misconfigured(
            f"no late-interest rate is known from {start}; announce it to the sandbox first",
            code="RATE_MISSING",
        )
    return rates[start]


def accrued(
    changes: Iterable[tuple[date, Decimal]],
    until: date,
    rates: Mapping[date, Decimal] = RATES,
) -> Decimal:
    """Return the interest on a principal that changed over time.

    Args:
        changes: Day and change of the principal, in any order; the day itself counts.
        until: The day up to which interest is counted, itself not counted.
        rates: Rate per half-year.
    """
    total = principal = ZERO
    since = date.min
    for day, change in sorted(changes):
        if day >= until:
            break
        total += _between(principal, since, day, rates=rates)
        principal += change
        since = day
    return total + _between(principal, since, until, rates=rates)


def _between(
    principal: Decimal, since: date, until: date, *, rates: Mapping[date, Decimal]
) -> Decimal:
    if principal <= 0 or since >= until:
        return ZERO
    return sum(
        (
            to_ore(principal * rate_on(start, rates) * (end - start).days / _YEAR_PER_CENT)
            for start, end in _half_years(since, until)
        ),
        ZERO,
    )


def _half_years(since: date, until: date) -> Iterator[tuple[date, date]]:
    while since < until:
        begun = half_year_of(since)
        following = date(begun.year, _JULY, 1) if begun.month == 1 else date(begun.year + 1, 1, 1)
        yield since, min(following, until)
        since = following
