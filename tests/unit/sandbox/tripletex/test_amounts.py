from __future__ import annotations

from decimal import Decimal

import pytest

from services.sandbox.tripletex.amounts import as_double, as_kroner, share, to_ore


@pytest.mark.parametrize(
    ("amount", "ore"),
    [("8375", 837_500), (5984.310000000027, 598_431), (Decimal("0.005"), 1), (-0.01, -1)],
)
def test_amounts_become_whole_ore(amount: Decimal | float | str, ore: int) -> None:
    assert to_ore(amount) == ore


def test_ore_are_written_as_a_double() -> None:
    assert as_double(3_143_750) == 31437.5


def test_ore_are_shown_with_two_places() -> None:
    assert str(as_kroner(1_000_000)) == "10000.00"


@pytest.mark.parametrize(("ore", "vat"), [(79_750, 15_950), (-79_750, -15_950), (3, 1), (2, 0)])
def test_a_share_is_rounded_half_away_from_zero(ore: int, vat: int) -> None:
    assert share(ore, 2500, 12_500) == vat
