"""How strict the stand-in is: what may be switched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Switches of the stand-in.

    Attributes:
        calls_per_window: How many calls one employee token may make in a window; 0 is no limit.
        window_seconds: The length of the window, in real seconds.
        unique_external_numbers: Whether a second voucher with the same external number is
            refused; the real one is believed to take it.
        autoclose_credits: Whether a credit note on an invoice without reminders is matched
            at once.
    """

    calls_per_window: int = 100
    window_seconds: float = 1.0
    unique_external_numbers: bool = False
    autoclose_credits: bool = True
