from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Iterator

import psycopg
import psycopg.errors
import pytest
from sqlalchemy import exc

from shared.faults import Bug, Fault, Outage, Transient
from shared.store.faults import (
    SQLALCHEMY,
    SQLITE_NAMES,
    SQLSTATES,
    database_fault,
    database_faults,
)


def classes(module: object, root: type[Exception]) -> list[type[Exception]]:
    found = [kind for _, kind in inspect.getmembers(module, inspect.isclass)]
    return sorted(
        {kind for kind in found if issubclass(kind, root)}, key=lambda kind: kind.__name__
    )


def wrapped(original: Exception) -> exc.DBAPIError:
    return exc.DBAPIError("INSERT secret", {"name": "Kari Nordmann"}, original)


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("refused")
    error.sqlite_errorname = name
    return error


def bare(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    Exception.__init__(error, "refused")
    return error


@pytest.mark.parametrize("kind", classes(exc, exc.SQLAlchemyError))
def test_every_exception_of_sqlalchemy_has_a_fault(kind: type[Exception]) -> None:
    fault = database_fault(bare(kind))

    known = [meant for named, meant in SQLALCHEMY.items() if issubclass(kind, named)]
    assert type(fault) is (known[0] if known else Bug)


@pytest.mark.parametrize("kind", classes(psycopg.errors, psycopg.Error))
def test_every_exception_of_psycopg_has_a_fault(kind: type[psycopg.Error]) -> None:
    fault = database_fault(wrapped(kind("refused")))

    state = kind.sqlstate or ""
    meant = SQLSTATES.get(state) or SQLSTATES.get(state[:2])
    lost = not state and issubclass(kind, psycopg.OperationalError)
    assert type(fault) is (meant or (Outage if lost else Bug))
    assert fault.dependency == "database"


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (psycopg.errors.DeadlockDetected, Transient),
        (psycopg.errors.SerializationFailure, Transient),
        (psycopg.errors.LockNotAvailable, Transient),
        (psycopg.errors.QueryCanceled, Transient),
        (psycopg.errors.AdminShutdown, Outage),
        (psycopg.errors.TooManyConnections, Outage),
        (psycopg.errors.ReadOnlySqlTransaction, Outage),
        (psycopg.OperationalError, Outage),
        (psycopg.errors.UniqueViolation, Bug),
        (psycopg.errors.UndefinedTable, Bug),
    ],
)
def test_what_postgresql_says_decides(kind: type[Exception], fault: type[Fault]) -> None:
    assert type(database_fault(wrapped(kind("refused")))) is fault


@pytest.mark.parametrize(("name", "fault"), SQLITE_NAMES.items())
def test_what_sqlite_says_decides(name: str, fault: type[Fault]) -> None:
    assert type(database_fault(wrapped(sqlite_error(name)))) is fault
    assert type(database_fault(wrapped(sqlite_error(f"{name}_EXTENDED")))) is fault


def test_a_broken_constraint_is_a_bug() -> None:
    fault = database_fault(wrapped(sqlite_error("SQLITE_CONSTRAINT_UNIQUE")))

    assert (type(fault), fault.code) == (Bug, "SQLITE_CONSTRAINT_UNIQUE")


def test_a_refused_connection_is_an_outage() -> None:
    assert type(database_fault(ConnectionRefusedError("refused"))) is Outage


def test_a_connection_that_was_lost_without_a_reason_is_an_outage() -> None:
    error = exc.DBAPIError("q", {}, psycopg.InterfaceError("closed"), connection_invalidated=True)

    assert type(database_fault(error)) is Outage


def test_a_fault_tells_neither_the_statement_nor_its_values() -> None:
    fault = database_fault(wrapped(psycopg.errors.UniqueViolation("Key (name)=(Kari)")))

    assert "Kari" not in fault.message
    assert "INSERT" not in fault.message


def test_a_failure_in_the_block_is_raised_as_a_fault_with_its_cause() -> None:
    error = wrapped(psycopg.errors.DeadlockDetected("refused"))

    with pytest.raises(Transient) as caught, database_faults():
        raise error

    assert caught.value.__cause__ is error


def test_what_is_not_of_the_database_passes() -> None:
    def block() -> Iterator[None]:
        with database_faults():
            raise KeyError("ours")
        yield

    with pytest.raises(KeyError):
        next(block())
