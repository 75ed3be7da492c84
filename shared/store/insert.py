"""Inserts that meet a row that is already there, in one form for both databases.

PostgreSQL's ``ON CONFLICT`` construct compiles for SQLite as well, so a table file writes one
statement; a test holds SQLAlchemy to that.
"""

from __future__ import annotations

from sqlalchemy import Table, and_
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_new(table: Table) -> Insert:
    """Return an insert that leaves a row that is already there as it is."""
    return insert(table).on_conflict_do_nothing()


def upsert(table: Table, *, keep: tuple[str, ...] = (), final: tuple[str, ...] = ()) -> Insert:
    """Return an insert that replaces the row with the same primary key.

    Args:
        table: Where to write; the conflict is looked for on its primary key.
        keep: Columns that stay as they were when the row is already there.
        final: A row whose ``state`` is one of these is left as it is.
    """
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    replaced = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in {*key, *keep}
    }
    return statement.on_conflict_do_update(
        index_elements=key,
        set_=replaced,
        # Not NOT IN: its expanding parameter cannot take part in an executemany.
        where=and_(*(table.c.state != state for state in final)) if final else None,
    )
