"""The message contract for people: every type, an example of it, and a check of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from shared.faults import Invalid, Unreadable
from shared.messages.catalog import EVENT_TYPES, EventType, decode, event
from shared.operations.examples import BODIES, CLIENT, OBSERVED, SUBJECTS

_LARGEST_MESSAGE = 1_048_576


@dataclass(frozen=True, slots=True)
class EventTypeRow:
    """One type of message as a list shows it."""

    type: str
    exchange: str
    routing_key: str
    summary: str
    dataschema: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check said of one message.

    Attributes:
        line: Line of the file that it starts on.
        problem: What is wrong with it and in which field; None when nothing is.
    """

    line: int
    type: str
    problem: str | None


def list_event_types() -> tuple[EventTypeRow, ...]:
    """Return every type of message there is."""
    return tuple(
        EventTypeRow(
            type=name,
            exchange=kind.exchange,
            routing_key=kind.routing_key("<client>"),
            summary=_first_line(kind),
            dataschema=kind.dataschema,
        )
        for name, kind in sorted(EVENT_TYPES.items())
    )


def example_of(name: str) -> str:
    """Return an example of a type as indented JSON.

    Args:
        name: The type's name or a part of it.

    Raises:
        Invalid: No type, or more than one, has that in its name.
    """
    kind = _named(name)
    body = BODIES[kind.body]
    subject = SUBJECTS.get(kind.body, CLIENT)
    message = event(kind, body, subject=subject, system="tripletex", time=OBSERVED)
    return json.dumps(
        message.model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False
    )


def check_messages(content: bytes) -> Iterator[Finding]:
    """Check a file of one message, of one a line, or of a JSON array of them."""
    for line, part in _split(content):
        yield _check(line, part)


def _check(line: int, content: bytes) -> Finding:
    if len(content) > _LARGEST_MESSAGE:
        return Finding(line, "", f"the message has {len(content)} bytes, 1 MiB is the most")
    try:
        return Finding(line, decode(content).type, None)
    except Unreadable as fault:
        return Finding(line, "", fault.message)


def _named(name: str) -> EventType:
    if name in EVENT_TYPES:
        return EVENT_TYPES[name]
    fits = [full for full in EVENT_TYPES if name in full]
    if len(fits) == 1:
        return EVENT_TYPES[fits[0]]
    told = f"more than one type: {', '.join(fits)}" if fits else "no type"
    raise Invalid(f"{name!r} names {told}; 'restanse event list' shows them all", field="type")


def _first_line(kind: EventType) -> str:
    return (kind.body.__doc__ or "").partition("\n")[0].removesuffix(".").replace("``", "")


def _split(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the messages of a file with the line each starts on."""
    try:
        document = json.loads(content)
    except ValueError:
        yield from _lines(content)
        return
    if not isinstance(document, list):
        yield 1, content
        return
    for item in document:
        yield 1, json.dumps(item).encode()


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    filled = [
        (number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()
    ]
    one_a_line = all(line.lstrip().startswith(b"{") for _, line in filled)
    if one_a_line:
        yield from filled
    elif filled:
        yield 1, content
