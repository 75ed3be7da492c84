"""What a failure of the database means, decided once by two tables.

A driver names its reason by SQLSTATE (PostgreSQL) or by error name (SQLite). A failure that
neither table knows is a Bug, unless the connection was lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from shared.faults import Bug, Fault, Outage, Transient

DATABASE = "database"

SQLSTATES: dict[str, type[Outage | Transient]] = {
    "08": Outage,  # connection exception
    "28": Outage,  # invalid authorization: the password was changed under us
    "3D": Outage,  # no such database (yet)
    "53": Outage,  # out of memory, disk or connections
    "57": Outage,  # shut down by an operator
    "58": Outage,  # input or output failed outside PostgreSQL
    "25006": Outage,  # read-only: we still talk to the old primary
    "40": Transient,  # deadlock, serialisation
    "55P03": Transient,  # lock not available
    "57014": Transient,  # cancelled, by a timeout of ours
    "25P03": Transient,  # idle in a transaction for too long
}
"""By class (two characters) or by code, which wins."""

SQLITE_NAMES: dict[str, type[Outage | Transient]] = {
    "SQLITE_BUSY": Transient,
    "SQLITE_LOCKED": Transient,
    "SQLITE_CANTOPEN": Outage,
    "SQLITE_FULL": Outage,
    "SQLITE_IOERR": Outage,
    "SQLITE_NOMEM": Outage,
    "SQLITE_READONLY": Outage,
    "SQLITE_CORRUPT": Outage,
    "SQLITE_NOTADB": Outage,
}
"""By primary name; extended names start with theirs."""

SQLALCHEMY: dict[type[exc.SQLAlchemyError], type[Outage | Transient]] = {
    exc.TimeoutError: Transient,  # every connection of the pool is in use
    exc.DisconnectionError: Outage,
}
"""What SQLAlchemy raises of its own; everything else of it is a mistake of ours."""


@contextmanager
def database_faults() -> Iterator[None]:
    """Turn every failure of the database inside the block into one of our faults.

    Raises:
        Outage: The database does not answer.
        Transient: It asks for another try.
        Bug: Anything else, a broken constraint included.
    """
    try:
        yield
    except (exc.SQLAlchemyError, psycopg.Error, sqlite3.Error, OSError) as error:
        raise database_fault(error) from error


def database_fault(error: Exception) -> Fault:
    """Return the fault that stands for a failure, without the statement or its values."""
    cause = _driver_error(error)
    code = _code(cause)
    kind = _kind(cause, error)
    what = f"the database refused: {type(cause).__name__} {code}".rstrip()
    if kind is Outage:
        told = f"the database does not answer: {type(cause).__name__} {code}".rstrip()
        return Outage(told, code=code, dependency=DATABASE)
    return (kind or Bug)(what, code=code, dependency=DATABASE)


def _driver_error(error: Exception) -> Exception:
    original = getattr(error, "orig", None)
    inner = getattr(original, "driver_exception", None) or original
    return inner if isinstance(inner, Exception) else error


def _code(cause: Exception) -> str:
    named = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return str(named or "")


def _kind(cause: Exception, error: Exception) -> type[Outage | Transient] | None:
    if isinstance(cause, exc.SQLAlchemyError):
        return next((kind for known, kind in SQLALCHEMY.items() if isinstance(cause, known)), None)
    code = _code(cause)
    if not code:
        return Outage if _is_lost(cause, error) else None
    if code.startswith("SQLITE_"):
        return next((kind for name, kind in SQLITE_NAMES.items() if code.startswith(name)), None)
    return SQLSTATES.get(code) or SQLSTATES.get(code[:2])


def _is_lost(cause: Exception, error: Exception) -> bool:
    lost = isinstance(cause, (psycopg.OperationalError, OSError))
    return lost or bool(getattr(error, "connection_invalidated", False))
