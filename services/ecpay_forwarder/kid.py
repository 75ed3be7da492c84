"""Check characters of a KID: MOD10 (Luhn) or MOD11, whose character for ten is a hyphen."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[0-9]{1,24}[0-9-]")
_MOD11_WEIGHTS = (2, 3, 4, 5, 6, 7)
_DOUBLE_DIGIT = 9
_TEN = 10


def is_valid_kid(kid: str) -> bool:
    """Tell whether a KID fits MOD10 or MOD11; ECPay refuses any other."""
    if not _SHAPE.fullmatch(kid):
        return False
    digits, check = [int(digit) for digit in kid[:-1]], kid[-1]
    return check in {_mod10(digits), _mod11(digits)}


def _mod10(digits: list[int]) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - _DOUBLE_DIGIT if doubled > _DOUBLE_DIGIT else doubled
    return str(-total % 10)


def _mod11(digits: list[int]) -> str:
    weighted = (
        digit * _MOD11_WEIGHTS[place % len(_MOD11_WEIGHTS)]
        for place, digit in enumerate(reversed(digits))
    )
    check = -sum(weighted) % 11
    return "-" if check == _TEN else str(check)
