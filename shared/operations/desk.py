"""What an operation works with: the outside world as values, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import Clock
from shared.operations.acts import Act
from shared.providers.ecpay.client import Ecpay
from shared.providers.tripletex.client import Tripletex
from shared.store.engine import Store
from shared.store.seal import Sealer


@dataclass(frozen=True, slots=True)
class Desk:
    """Opened by the command line or the console, and closed by it.

    Attributes:
        actor: Who is asking, for the audit log.
    """

    clock: Clock
    store: Store
    sealer: Sealer
    tripletex: Tripletex
    ecpay: Ecpay
    actor: str

    def act(self, reason: str = "") -> Act:
        """Return what is done now, for the audit log."""
        return Act(self.actor, self.clock.now(), reason)
