from __future__ import annotations

import inspect

import httpx
import pytest

from shared.faults import Bug, Outage, Transient
from shared.http.faults import TABLE, fault_of, mapped, may_have_arrived

# Bases nobody raises, and what only the synchronous or streaming half of httpx raises.
ABSTRACT = {httpx.HTTPError, httpx.RequestError}


def exceptions_of_httpx() -> list[type[Exception]]:
    named = [getattr(httpx, name) for name in httpx.__all__]
    return [
        one
        for one in named
        if inspect.isclass(one) and issubclass(one, Exception) and one not in ABSTRACT
    ]


@pytest.mark.parametrize("kind", exceptions_of_httpx())
def test_every_exception_of_httpx_has_a_meaning(kind: type[Exception]) -> None:
    assert any(base in TABLE for base in kind.__mro__)


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout])
def test_unreachable_peer_is_an_outage_and_nothing_was_sent(kind: type[Exception]) -> None:
    fault = fault_of(kind("no"), dependency="tripletex", attempted="GET /invoice")

    assert isinstance(fault, Outage)
    assert fault.dependency == "tripletex"
    assert not may_have_arrived(fault)


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_connection_lost_later_may_have_been_carried_out(kind: type[Exception]) -> None:
    fault = fault_of(kind("no"), dependency="tripletex", attempted="PUT /invoice/1/:payment")

    assert isinstance(fault, Transient)
    assert may_have_arrived(fault)


def test_waiting_for_a_free_connection_sends_nothing() -> None:
    fault = fault_of(httpx.PoolTimeout("no"), dependency="ecpay", attempted="POST /claims")

    assert isinstance(fault, Transient)
    assert not may_have_arrived(fault)


def test_exception_of_somebody_else_is_a_bug() -> None:
    assert mapped(KeyError("x")) is None
    assert isinstance(fault_of(KeyError("x"), dependency="a", attempted="b"), Bug)


def test_message_of_a_fault_does_not_repeat_what_httpx_said() -> None:
    error = httpx.ReadError("https://x/?employeeToken=hemmelig")

    assert "hemmelig" not in fault_of(error, dependency="a", attempted="GET /x").message
