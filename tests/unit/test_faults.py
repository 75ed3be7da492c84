from __future__ import annotations

import inspect
from datetime import timedelta

import pytest

from shared import faults
from shared.faults import Bug, Fault, Invalid, Outage, Refused, Transient

TREE = [kind for _, kind in inspect.getmembers(faults, inspect.isclass) if issubclass(kind, Fault)]


def test_the_drawing_of_the_tree_names_every_fault() -> None:
    drawing = faults.__doc__ or ""

    assert [kind.__name__ for kind in TREE if kind.__name__ not in drawing] == []


def test_a_fault_s_code_is_its_class_unless_given() -> None:
    assert Bug("broken").code == "Bug"
    assert Invalid("refused", code="MISSING_ADDRESS", field="debtor.address").code != "Invalid"


def test_a_transient_fault_keeps_the_wait_it_was_told() -> None:
    fault = Transient("slow down", retry_after=timedelta(seconds=9), dependency="ecpay")

    assert fault.retry_after == timedelta(seconds=9)
    assert fault.dependency == "ecpay"


def test_an_outage_may_be_one_client_s_only() -> None:
    assert Outage("revoked", dependency="tripletex", client_id="acme").client_id == "acme"


@pytest.mark.parametrize("kind", [kind for kind in TREE if issubclass(kind, Refused)])
def test_what_is_refused_has_a_documented_exit_code(kind: type[Refused]) -> None:
    assert kind.exit_code in {1, 2, 4, 5, 6}
