"""Norwegian organisation numbers: nine digits, the last a check digit modulo 11."""

from __future__ import annotations

import re

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DECORATION = re.compile(r"[\s.\-]|^NO|MVA$", re.IGNORECASE)
_NINE = 9
_ELEVEN = 11


def digits_of(typed: str) -> str:
    """Return what a person typed without spaces, dots, ``NO`` before or ``MVA`` after it."""
    return _DECORATION.sub("", typed.strip())


def is_organisation_number(digits: str) -> bool:
    """Tell whether nine digits carry a right check digit."""
    if len(digits) != _NINE or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    check = (11 - total % 11) % 11
    return check == int(digits[-1])


def looks_like_national_id(digits: str) -> bool:
    """Tell whether it is a person's number (11 digits) typed into the wrong field."""
    return len(digits) == _ELEVEN and digits.isascii() and digits.isdigit()
