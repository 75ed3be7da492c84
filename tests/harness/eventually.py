"""Waiting for what other processes do: looking again until it holds or patience ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.1


def eventually(holds: Callable[[], bool], *, told: Callable[[], object]) -> None:
    """Look until something holds; after two minutes fail with what was seen instead."""
    end = monotonic() + PATIENCE_SECONDS
    while not holds():
        assert monotonic() < end, f"waited in vain, last seen: {told()}"
        threading.Event().wait(LOOK_SECONDS)
