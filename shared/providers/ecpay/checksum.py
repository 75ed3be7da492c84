"""The checksum of a settlement: SHA-256 over the canonical JSON (RFC 8785) of its lines.

The lines are hashed as they were received, unknown fields included, so this works on raw JSON
and not on the wire models. RFC 8785 sorts members by UTF-16 code units, writes no white space,
escapes only what must be escaped, and writes numbers as ECMAScript does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_PLAIN_BELOW = 21
_PLAIN_ABOVE = -7


def lines_checksum(lines: Sequence[Any]) -> str:
    """Return the checksum of raw lines in lower-case hexadecimal."""
    return hashlib.sha256(canonical_json(lines).encode()).hexdigest()


def checksum_holds(lines: Sequence[Any], stated: str) -> bool:
    """Tell whether raw lines hash to the checksum ECPay stated."""
    return hmac.compare_digest(lines_checksum(lines), stated)


def canonical_json(value: Any) -> str:
    """Write a JSON value in the canonical form of RFC 8785.

    Raises:
        ValueError: The value is not JSON, or holds a number that no JSON number can be.
    """
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=_utf16)
        inside = ",".join(f"{_text(name)}:{canonical_json(member)}" for name, member in members)
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(canonical_json(item) for item in value)}]"
    return _scalar(value)


def _utf16(member: tuple[str, Any]) -> bytes:
    return member[0].encode("utf-16-be", "surrogatepass")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float | Decimal):
        return _number(float(value))
    msg = f"{type(value).__name__} is not a JSON value"
    raise ValueError(msg)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Write a number as ECMAScript's Number.prototype.toString does."""
    if not math.isfinite(value):
        msg = "a JSON number is finite"
        raise ValueError(msg)
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    return ("-" if sign else "") + _placed(text, point)


def _placed(digits: str, point: int) -> str:
    if _PLAIN_ABOVE < point - 1 < 0:
        return "0." + "0" * -point + digits
    if 0 <= point - 1 < _PLAIN_BELOW:
        whole, rest = digits[:point].ljust(point, "0"), digits[point:]
        return f"{whole}.{rest}" if rest else whole
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{mantissa}e{point - 1:+d}"
