"""Reading for operators: invoices and settlements by number, across what the services keep.

Nothing is written here; each table keeps its one owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from shared.store.engine import Store
from shared.store.settlements import SETTLEMENTS
from shared.store.watched import WATCHED_INVOICES, WatchedInvoice

_KNOWN = WATCHED_INVOICES.c
_SETTLED = SETTLEMENTS.c
_OF_CLIENT = select(WATCHED_INVOICES).where(_KNOWN.client_id == bindparam("of_client"))
_STANDING = _OF_CLIENT.where(
    or_(_KNOWN.handed_over_at.is_not(None), _KNOWN.held.is_(True), _KNOWN.excluded.is_(True))
)
_BY_NUMBER = _OF_CLIENT.where(_KNOWN.invoice_number == bindparam("number"))


async def with_standing(store: Store, client_id: str) -> Sequence[WatchedInvoice]:
    """Return the invoices of a client that were handed over, are held or are excluded."""
    return [_watched(row) for row in await store.rows(_STANDING, {"of_client": client_id})]


async def by_number(store: Store, client_id: str, number: str) -> Sequence[WatchedInvoice]:
    """Return a client's invoices with a number; credit notes share the series."""
    rows = await store.rows(_BY_NUMBER, {"of_client": client_id, "number": number})
    return [_watched(row) for row in rows]


async def settlement_keys(
    store: Store, wanted: str, *, client_id: str | None = None
) -> Sequence[tuple[str, str]]:
    """Return client and id of the settlements with an id or a number."""
    number = int(wanted) if wanted.isdecimal() else None
    fits = or_(_SETTLED.settlement_id == wanted, _SETTLED.settlement_number == number)
    statement = select(_SETTLED.client_id, _SETTLED.settlement_id).where(fits)
    if client_id is not None:
        statement = statement.where(_SETTLED.client_id == client_id)
    return [(row.client_id, row.settlement_id) for row in await store.rows(statement)]


def _watched(row: Row[Any]) -> WatchedInvoice:
    return WatchedInvoice(**row._mapping)  # noqa: SLF001  # the public name of a row's mapping
