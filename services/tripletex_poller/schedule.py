"""When a client is looked at. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as wall_time

from shared.clock import OSLO

EVERY = timedelta(minutes=15)
"""Time between two polls of a client."""
SWEEP_AT = wall_time(3)
"""Time of the nightly sweep in Europe/Oslo."""


def next_night(now: datetime) -> datetime:
    """Return when the next nightly sweep is due: three o'clock in Oslo after an instant."""
    local = now.astimezone(OSLO)
    tonight = datetime.combine(local.date(), SWEEP_AT, tzinfo=OSLO)
    if tonight > local:
        return tonight.astimezone(now.tzinfo)
    tomorrow = local.date() + timedelta(days=1)
    return datetime.combine(tomorrow, SWEEP_AT, tzinfo=OSLO).astimezone(now.tzinfo)
