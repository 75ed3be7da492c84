from __future__ import annotations

import inspect

import pika.exceptions
import pytest

from shared.bus.faults import TABLE, as_fault
from shared.faults import Bug, Fault, Invalid, NotAllowed, Outage, Transient

EVERY = [
    kind
    for _, kind in inspect.getmembers(pika.exceptions, inspect.isclass)
    if issubclass(kind, Exception) and kind.__module__ == "pika.exceptions"
]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_exception_of_pika_has_a_row(kind: type[Exception]) -> None:
    assert kind in TABLE


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_exception_of_pika_becomes_a_fault_of_the_broker(kind: type[Exception]) -> None:
    fault = as_fault("try", kind.__new__(kind, 320, "why"))

    assert isinstance(fault, Fault)
    assert fault.dependency == "broker"
    assert fault.message.startswith("try")


@pytest.mark.parametrize(
    ("reply_code", "wanted"),
    [(404, Invalid), (405, Invalid), (406, Invalid), (403, NotAllowed), (541, Transient)],
)
def test_closed_channel_is_judged_by_its_code(reply_code: int, wanted: type[Fault]) -> None:
    error = pika.exceptions.ChannelClosedByBroker(reply_code, "why")

    assert type(as_fault("try", error)) is wanted


@pytest.mark.parametrize(("reply_code", "wanted"), [(403, NotAllowed), (320, Outage)])
def test_closed_connection_is_judged_by_its_code(reply_code: int, wanted: type[Fault]) -> None:
    error = pika.exceptions.ConnectionClosedByBroker(reply_code, "why")

    assert type(as_fault("try", error)) is wanted


@pytest.mark.parametrize(
    "error", [OSError(111, "refused"), TimeoutError(), ConnectionResetError()]
)
def test_socket_errors_are_outages(error: Exception) -> None:
    assert isinstance(as_fault("try", error), Outage)


def test_what_nobody_foresaw_is_a_bug() -> None:
    assert isinstance(as_fault("try", ZeroDivisionError()), Bug)


def test_a_fault_stays_itself() -> None:
    fault = Invalid("already ours")

    assert as_fault("try", fault) is fault
