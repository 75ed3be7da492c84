"""One request as the endpoints see it, and the answers they give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.sandbox.tripletex.catalogue import RENDERER
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.errors import (
    malformed,
    too_large,
    unknown_key,
    unknown_sorting,
    unmapped,
)
from services.sandbox.tripletex.parameters import Query
from services.sandbox.tripletex.tokens import Caller
from services.sandbox.tripletex.world import TripletexWorld

NOT_ASKED = "'If-None-Match' header not specified"
RESULT_CAP = 10_000
DEFAULT_COUNT = 1000


class Upload(NamedTuple):
    """A file of a multipart body."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON, or raw bytes with a type of their own."""

    status: int = 200
    json: Any = None
    raw: bytes | None = None
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, after the door has let it in."""

    world: TripletexWorld
    method: str
    template: str
    path: dict[str, str]
    query: Query
    if_none_match: str = ""
    body: Any = None
    uploads: list[Upload] = field(default_factory=list)
    caller: Caller | None = None

    @property
    def company(self) -> Company:
        """The company the caller has entered."""
        if self.caller is None:
            raise LookupError(self.template)  # a path in NO_LOGIN asked for a company
        return self.world.companies[self.caller.company_id]

    def ident(self, name: str = "id") -> int:
        """Return an id of the path."""
        text = self.path[name]
        if not text.isdecimal():
            raise malformed(text)
        return int(text)

    def object_body(self, *allowed: str) -> dict[str, Any]:
        """Return the body as an object that has no other keys than these."""
        body = self.body if isinstance(self.body, dict) else {}
        unknown = [unknown_key(name) for name in body if name not in allowed]
        if unknown:
            raise unmapped(*unknown)
        return body


Endpoint = Callable[[Call], Answer]


def one(call: Call, model: str, record: Any, *, status: int = 200, fields: str = "") -> Answer:
    """Answer with one object: in the reader's fields, else in these, else in the default.

    Only reading calls know ``fields``; elsewhere it is an unknown parameter and ignored.
    """
    asked = call.query.text("fields") if call.method == "GET" else None
    chosen = asked or fields or None
    return Answer(status, {"value": RENDERER.render(model, record, chosen)})


def listing(
    call: Call, model: str, records: Sequence[Any], *, count: int = DEFAULT_COUNT, **extra: Any
) -> Answer:
    """Answer with a page of objects.

    ``fullResultSize`` is exact on the last page only; before it, it merely tells that there
    is more.
    """
    render = RENDERER.plan(model, call.query.text("fields"))
    if len(records) > RESULT_CAP:
        raise too_large()
    start = max(0, call.query.integer("from", 0) or 0)
    size = max(0, call.query.integer("count", count) or 0)
    chosen = _sorted(call, model, records)[start : start + size]
    values = [render(record) for record in chosen]
    has_more = start + size < len(records)
    return page(
        call, values, start=start, full=start + size + 1 if has_more else len(records), **extra
    )


def page(call: Call, values: list[Any], *, start: int, full: int, **extra: Any) -> Answer:
    """Answer with the envelope of a list, or with 304 when the caller has it already."""
    digest = NOT_ASKED
    if call.if_none_match:
        digest = hashlib.sha256(json.dumps([full, values]).encode()).hexdigest()
        if call.if_none_match.strip('"') == digest:
            return Answer(304)
    return Answer(
        json={
            "fullResultSize": full,
            "from": start,
            "count": len(values),
            "versionDigest": digest,
            **extra,
            "values": values,
        }
    )


def _sorted(call: Call, model: str, records: Sequence[Any]) -> Sequence[Any]:
    pattern = call.query.text("sorting")
    if pattern is None:
        return records
    ordered = list(records)
    for part in reversed(pattern.split(",")):
        name = part.strip().lstrip("-+")
        read = RENDERER.sort_key(model, name)
        if read is None:
            raise unknown_sorting()
        ordered.sort(
            key=lambda record, read=read: ((value := read(record)) is not None, value),  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            reverse=part.strip().startswith("-"),
        )
    return ordered
