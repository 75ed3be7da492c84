"""What every bootstrap is handed: the outside world as values."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from shared.clock import Clock
from shared.operations.desk import Desk
from shared.providers.ecpay.client import Ecpay
from shared.providers.tripletex.client import Tripletex
from shared.settings import Settings
from shared.store.engine import Store
from shared.store.seal import Sealer


@dataclass(frozen=True, slots=True)
class Resources:
    """Opened once per process and shared by its services; closed by the runtime."""

    settings: Settings
    clock: Clock
    random: Random
    store: Store
    sealer: Sealer
    tripletex: Tripletex
    ecpay: Ecpay

    def desk(self, actor: str) -> Desk:
        """Return what an operation works with when somebody asks for it."""
        return Desk(
            clock=self.clock,
            store=self.store,
            sealer=self.sealer,
            tripletex=self.tripletex,
            ecpay=self.ecpay,
            actor=actor,
        )
