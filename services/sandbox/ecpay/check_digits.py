"""Check digits of Norwegian numbers: KID, account number, organisation number."""

from __future__ import annotations

import re

_ELEVEN = 11
_TEN = 10
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # digit sum of twice a digit
_ACCOUNT_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ORGANISATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def is_kid(text: str) -> bool:
    """Tell whether a payment identifier fits MOD10 or MOD11."""
    if not re.fullmatch(r"[0-9]{1,24}[0-9-]", text):
        return False
    body, check = text[:-1], text[-1]
    weights = tuple(2 + place % 6 for place in range(len(body)))[::-1]
    return check in (_mod10(body), _mod11(body, weights))


def is_account_number(text: str) -> bool:
    """Tell whether a bank account number has eleven digits and fits MOD11."""
    return bool(re.fullmatch(r"[0-9]{11}", text)) and text[-1] == _mod11(
        text[:-1], _ACCOUNT_WEIGHTS
    )


def is_organisation_number(text: str) -> bool:
    """Tell whether an organisation number has nine digits and fits MOD11."""
    return bool(re.fullmatch(r"[0-9]{9}", text)) and text[-1] == _mod11(
        text[:-1], _ORGANISATION_WEIGHTS
    )


def _mod10(digits: str) -> str:
    numbers = [int(digit) for digit in digits[::-1]]
    total = sum(numbers[1::2]) + sum(_DOUBLED[number] for number in numbers[::2])
    return str(-total % _TEN)


def _mod11(digits: str, weights: tuple[int, ...]) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    check = -rest % _ELEVEN
    return "-" if check == _TEN else str(check)
