"""From records to JSON: models with named fields, references, and selections of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.sandbox.tripletex.errors import illegal_field
from services.sandbox.tripletex.fields import STAR, Selection, parse

HOST = "tripletex.no/v2"

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model.

    Attributes:
        read: Gives the value, or the record (or records) a reference points to.
        model: The name of the model a reference points to; empty for a plain value.
        is_list: Whether a reference points to many.
        is_hidden: Whether it comes only when asked for by name.
    """

    name: str
    read: Read
    model: str = ""
    is_list: bool = False
    is_hidden: bool = False


class Model:
    """A kind of object on the wire, with its fields in the order Tripletex writes them."""

    def __init__(
        self, name: str, path: str, fields: Iterable[Field], *, is_open: bool = False
    ) -> None:
        self.name = name
        self.path = path
        self.is_open = is_open  # takes any name, for things the stand-in never has
        self.fields = {field.name: field for field in fields}

    def url(self, ident: int) -> str:
        """Return the url of an object, without a scheme."""
        return f"{HOST}{self.path}/{ident}"


Models = Mapping[str, Model]
Emit = Callable[[Any], Any]


class Renderer:
    """Renders objects of the models it was given; selections are compiled once."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._compiled = lru_cache(maxsize=1024)(self._compile_text)

    def render(self, model: str, record: Any, fields: str | None = None) -> dict[str, Any]:
        """Return an object as Tripletex writes it.

        Args:
            model: The name of the object's model.
            record: The record behind it.
            fields: The ``fields`` parameter; None for the default fields.

        Raises:
            ApiError: A field does not exist (code 11000).
        """
        rendered: dict[str, Any] = self.plan(model, fields)(record)
        return rendered

    def plan(self, model: str, fields: str | None) -> Emit:
        """Return what renders records of a model in these fields.

        Raises:
            ApiError: A field does not exist (code 11000), whether or not a record follows.
        """
        emitters = self._compiled(model, fields)
        return lambda record: {name: emit(record) for name, emit in emitters}

    def sort_key(self, model: str, name: str) -> Read | None:
        """Return what a field sorts by, None when there is no such plain field."""
        field = self._models[model].fields.get(name)
        return field.read if field is not None and not field.model else None

    def _compile_text(self, model: str, fields: str | None) -> tuple[tuple[str, Emit], ...]:
        selection: Selection = {STAR: None} if fields is None else parse(fields)
        return self._compile(self._models[model], selection)

    def _compile(self, model: Model, selection: Selection) -> tuple[tuple[str, Emit], ...]:
        for name in selection:
            if name != STAR and name not in model.fields and not model.is_open:
                raise illegal_field(name, model.name)
        chosen = {
            name: field
            for name, field in model.fields.items()
            if name in selection or (STAR in selection and not field.is_hidden)
        }
        return tuple(
            (name, self._emitter(field, selection.get(name))) for name, field in chosen.items()
        )

    def _emitter(self, field: Field, below: Selection | None) -> Emit:
        if not field.model:
            return field.read
        one = self._reference(self._models[field.model], below)
        read = field.read
        if field.is_list:
            return lambda record: [one(target) for target in read(record)]
        return lambda record: None if (target := read(record)) is None else one(target)

    def _reference(self, model: Model, below: Selection | None) -> Emit:
        if below is None:
            return lambda target: {"id": target.id, "url": model.url(target.id)}
        plan = self._compile(model, below)
        return lambda target: {name: emit(target) for name, emit in plan}
