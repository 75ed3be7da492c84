"""The models of the wire, with the names and the order of fields Tripletex has."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from services.sandbox.tripletex.amounts import Ore, as_double
from services.sandbox.tripletex.rendering import Field, Model, Read


def plain(name: str, attribute: str) -> Field:
    """Return a field that is an attribute of the record."""
    return Field(name, attrgetter(attribute))


def fixed(name: str, value: Any, *, hidden: bool = False) -> Field:
    """Return a field that always has the same value."""
    return Field(name, lambda _: value, is_hidden=hidden)


def money(name: str, read: Read) -> Field:
    """Return a field that is an amount in øre, written as a double."""
    return Field(name, lambda record: as_double(read(record)))


def day(name: str, attribute: str) -> Field:
    """Return a field that is a civil date or null."""
    read = attrgetter(attribute)

    def text(record: Any) -> str | None:
        value = read(record)
        return None if value is None else str(value.isoformat())

    return Field(name, text)


def ref(name: str, attribute: str, model: str) -> Field:
    """Return a field that is a reference or null."""
    return Field(name, attrgetter(attribute), model=model)


def refs(name: str, read: Read, model: str) -> Field:
    """Return a field that is a list of references."""
    return Field(name, read, model=model, is_list=True)


def no_refs(*names: str, of: str = "anything") -> list[Field]:
    """Return fields that are references and always null, with the model they would have."""
    return [Field(name, lambda _: None, model=of) for name in names]


def unkept(names: str) -> list[Field]:
    """Return fields that exist by name, but whose values the stand-in does not keep."""
    return [Field(name, lambda _: None) for name in names.split()]


def empty_lists(*names: str) -> list[Field]:
    """Return fields that are lists of things the stand-in does not keep: empty."""
    return [Field(name, lambda _: (), model="anything", is_list=True) for name in names]


def model(name: str, path: str, fields: Iterable[Field]) -> Model:
    """Return a model: id, version, changes and url come first in all of them."""
    head = [
        plain("id", "id"),
        plain("version", "version"),
        Field("changes", _changes, is_hidden=True),
        Field("url", lambda record: f"tripletex.no/v2{path}/{record.id}"),
    ]
    return Model(name, path, [*head, *fields])


def _changes(record: Any) -> list[Any]:
    # Histories of old objects are incomplete in the real one too.
    del record
    return []


def ore_of(attribute: str) -> Read:
    """Return a reader of an amount in øre."""
    read = attrgetter(attribute)

    def amount(record: Any) -> Ore:
        return int(read(record))

    return amount
