"""The rate limit: so many requests in a minute and client, then wait for the next minute."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from services.sandbox.ecpay.problems import Refusal

WINDOW = timedelta(minutes=1)


class RateLimit:
    """Counts the requests of each client in windows of a minute; no limit when None."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._windows: dict[str, tuple[datetime, int]] = {}

    def count(self, client_id: str, now: datetime) -> None:
        """Count a request.

        Raises:
            Refusal: The limit of the window is used up; Retry-After tells when the next begins.
        """
        if self.most is None:
            return
        start, used = self._windows.get(client_id, (now, 0))
        if now - start >= WINDOW:
            start, used = now, 0
        if used >= self.most:
            wait = max(1, math.ceil((start + WINDOW - now).total_seconds()))
            raise Refusal("RATE_LIMITED", headers={"Retry-After": str(wait)})
        self._windows[client_id] = (start, used + 1)
