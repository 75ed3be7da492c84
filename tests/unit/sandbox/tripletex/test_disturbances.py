from __future__ import annotations

import pytest

from services.sandbox.tripletex.disturbances import Disturbance, Disturbances, Kind

PAYMENT = ("PUT", "/invoice/7/:payment", 1)


@pytest.mark.parametrize(
    "fault",
    [
        Disturbance(Kind.DROP),
        Disturbance(Kind.DROP, method="PUT", path="/invoice/*/:payment"),
        Disturbance(Kind.DROP, company_id=1),
    ],
)
def test_a_fault_meets_calls_that_match(fault: Disturbance) -> None:
    assert fault.matches(*PAYMENT)


@pytest.mark.parametrize(
    "fault",
    [
        Disturbance(Kind.DROP, method="GET"),
        Disturbance(Kind.DROP, path="/ledger/*"),
        Disturbance(Kind.DROP, company_id=2),
        Disturbance(Kind.DROP, calls=0),
    ],
)
def test_a_fault_spares_other_calls(fault: Disturbance) -> None:
    assert not fault.matches(*PAYMENT)


def test_a_fault_is_used_up() -> None:
    disturbances = Disturbances()
    disturbances.add(Disturbance(Kind.DROP, calls=2))

    met = [disturbances.take(*PAYMENT) for _ in range(3)]

    assert [one is not None for one in met] == [True, True, False]
    assert disturbances.met == 2


def test_faults_are_met_in_their_order() -> None:
    disturbances = Disturbances()
    for kind in (Kind.HTML, Kind.EMPTY):
        disturbances.add(Disturbance(kind))

    met = [disturbances.take(*PAYMENT) for _ in range(2)]

    assert [one and one.kind for one in met] == [Kind.HTML, Kind.EMPTY]
