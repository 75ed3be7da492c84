"""The failures a demo injects: those that both providers are known for, on some of its days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from services.sandbox.ecpay.faults import Misbehaviour
from services.sandbox.ecpay.world import EcpayWorld
from services.sandbox.tripletex.disturbances import Disturbance, Kind
from services.sandbox.tripletex.world import TripletexWorld

SHARE_OF_DAYS = 0.5

_AT_TRIPLETEX = (
    Disturbance(Kind.ERROR, calls=2),
    Disturbance(Kind.HTML, calls=2, status=502),
    Disturbance(Kind.EMPTY, calls=1),
    Disturbance(Kind.BARE_RATE_LIMIT, calls=1),
    Disturbance(Kind.DROP, calls=1),
    Disturbance(Kind.LOST, calls=1, method="PUT", path="/invoice/*/:payment"),
    Disturbance(Kind.LOST, calls=1, method="POST", path="/ledger/voucher"),
    Disturbance(Kind.ERROR, calls=1, method="POST", path="/ledger/voucher"),
)
_AT_ECPAY = (
    Misbehaviour("503", times=5),
    Misbehaviour("500", times=1, method="POST"),
    Misbehaviour("html", times=1),
    Misbehaviour("empty", times=1),
    Misbehaviour("429", times=1),
    Misbehaviour("429-without-header", times=1),
    Misbehaviour("423", times=1, method="POST", path_contains="/credits"),
    Misbehaviour("401", times=1),
    Misbehaviour("drop", times=1),
    Misbehaviour("drop-after-commit", times=1, method="POST", path_contains="/claims"),
    Misbehaviour("drop-after-commit", times=1, method="POST", path_contains="/payments"),
    Misbehaviour("500-after-commit", times=1, method="POST", path_contains="/acknowledgement"),
)


class Troubles:
    """Stirs up both stand-ins, always in the same way for one seed."""

    def __init__(self, seed: int, *, tripletex: TripletexWorld, ecpay: EcpayWorld) -> None:
        self._random = Random(seed)  # noqa: S311  # a simulation, not a secret
        self._tripletex = tripletex
        self._ecpay = ecpay

    @property
    def met(self) -> int:
        """Return how many calls met an injected failure so far."""
        return self._tripletex.disturbances.met + self._ecpay.misbehaviours.happened

    def stir(self) -> None:
        """Let the next matching calls fail, or not, as the day has it."""
        self._maybe(lambda: self._tripletex.disturb(replace(self._random.choice(_AT_TRIPLETEX))))
        self._maybe(lambda: self._ecpay.misbehave(replace(self._random.choice(_AT_ECPAY))))

    def end(self) -> None:
        """Let both behave from now on."""
        self._tripletex.disturbances.clear()
        self._ecpay.misbehaviours.clear()

    def _maybe(self, act: Callable[[], None]) -> None:
        if self._random.random() < SHARE_OF_DAYS:
            act()
