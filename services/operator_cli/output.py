"""What a command prints: a table for people, JSON or CSV for programs.

Data goes to stdout, everything else to stderr. In JSON money is a decimal string with its
currency and an instant is ISO 8601 in UTC; people read relative times.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import click

from shared.messages.money import Money, grouped

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("table", "json", "jsonl", "csv")


def output_option(command: Command) -> Command:
    """Give a command ``-o``."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How the answer is written.",
    )(command)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        value: Takes it out of a row.
        right: Align right, for numbers and amounts.
    """

    header: str
    value: Callable[[Any], object]
    right: bool = False


def print_rows(
    rows: Sequence[Any], columns: Sequence[Column], *, output: str, now: datetime
) -> None:
    """Print a list; JSON and CSV hold every field of the rows, a table only the columns."""
    if output == "table":
        _table(rows, columns, now)
    else:
        print_json([wire(row) for row in rows], output=output)


def print_record(record: Any, *, output: str, now: datetime) -> None:
    """Print one thing: its fields one below the other, or as JSON or CSV."""
    if output != "table":
        print_json(wire(record), output=output)
        return
    named = [(field.name, getattr(record, field.name)) for field in fields(record)]
    width = max(len(name) for name, _ in named)
    for name, value in named:
        click.echo(f"{name.replace('_', ' '):<{width}}  {human(value, now)}")


def print_json(answer: Any, *, output: str) -> None:
    """Print what JSON can hold as JSON, as JSON a line, or as CSV."""
    if output == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    rows = answer if isinstance(answer, list) else [answer]
    if output == "csv":
        _csv([_flat(row) for row in rows])
        return
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False))


def note(text: str) -> None:
    """Tell a person something that is not data."""
    click.echo(text, err=True)


def wire(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, Money):
        return {"amount": f"{value.amount:.2f}", "currency": value.currency}
    if is_dataclass(value):
        return {field.name: wire(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): wire(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [wire(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def human(value: object, now: datetime) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return in_kroner(value.amount, value.currency)
    if isinstance(value, datetime):
        return relative(value, now)
    return _human_many(value, now)


def in_kroner(amount: Decimal, currency: str = "NOK") -> str:
    """Return an amount with its thousands apart, as Norwegians write it."""
    return f"{grouped(amount)} {currency}"


def _human_many(value: object, now: datetime) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list):
        return ", ".join(human(item, now) for item in value) or "-"
    if is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return ", ".join(f"{name.replace('_', ' ')} {human(item, now)}" for name, item in named)
    return str(value)


def relative(instant: datetime, now: datetime) -> str:
    """Return how long ago or ahead an instant is: ``3 h ago``, ``in 5 min``."""
    distance = now - instant
    told = _span(abs(distance))
    if told == "now":
        return told
    return f"{told} ago" if distance > timedelta(0) else f"in {told}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "now"


def _flat(record: dict[str, Any]) -> dict[str, object]:
    """Spread one level: money becomes an amount and a currency, anything deeper JSON text."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, dict) and set(value) == {"amount", "currency"}:
            flat |= {key: value["amount"], f"{key}_currency": value["currency"]}
        elif isinstance(value, dict | list):
            flat[key] = json.dumps(value, ensure_ascii=False)
        else:
            flat[key] = str(value).lower() if isinstance(value, bool) else value
    return flat


def _csv(records: Sequence[dict[str, object]]) -> None:
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    if names:
        writer.writeheader()
        writer.writerows(records)


def _table(rows: Sequence[Any], columns: Sequence[Column], now: datetime) -> None:
    cells = [[human(column.value(row), now) for column in columns] for row in rows]
    if not cells:
        note("Nothing to show.")
    elif sys.stdout.isatty():
        _rich_table(cells, columns)
    else:
        _plain_table(cells, columns)


def _rich_table(cells: Iterable[Sequence[str]], columns: Sequence[Column]) -> None:
    # rich takes 100 ms to import, which a program that reads JSON need not wait for.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.header, justify="right" if column.right else "left")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    context = click.get_current_context(silent=True)
    Console(no_color=True if context and context.color is False else None).print(table)


def _plain_table(cells: Sequence[Sequence[str]], columns: Sequence[Column]) -> None:
    lines = [[column.header for column in columns], *cells]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        padded = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())
