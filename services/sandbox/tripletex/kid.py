"""KID numbers: customer number and invoice number with a mod-10 check digit."""

from __future__ import annotations


def kid_of(customer_number: int, invoice_number: int) -> str:
    """Return a KID of 13 digits."""
    digits = f"{customer_number:06d}{invoice_number:06d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the mod-10 (Luhn) check digit of a row of digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)
