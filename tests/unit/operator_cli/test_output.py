"""What a command prints, in each form."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import pytest

from services.operator_cli.output import Column, human, print_record, print_rows, relative, wire
from shared.messages.money import Money

NOW = datetime(2026, 8, 18, 6, tzinfo=UTC)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    amount: Money | None
    seen: datetime
    due: date
    parts: tuple[str, ...] = ()
    is_open: bool = True


ROW = Row("a", Money(amount=Decimal("1234.50")), NOW - timedelta(hours=3), date(2026, 9, 1))
COLUMNS = (
    Column("NAME", lambda row: row.name),
    Column("AMOUNT", lambda row: row.amount, right=True),
    Column("SEEN", lambda row: row.seen),
)


def printed(capsys: pytest.CaptureFixture[str], output: str, *rows: Row) -> str:
    print_rows(rows, COLUMNS, output=output, now=NOW)
    return capsys.readouterr().out


def test_json_holds_money_as_text_with_its_currency_and_instants_in_utc(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (row,) = json.loads(printed(capsys, "json", ROW))

    assert row["amount"] == {"amount": "1234.50", "currency": "NOK"}
    assert row["seen"] == "2026-08-18T03:00:00Z"
    assert row["due"] == "2026-09-01"


def test_jsonl_holds_one_row_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "jsonl", ROW, ROW).splitlines()

    assert [json.loads(line)["name"] for line in lines] == ["a", "a"]


def test_csv_puts_amount_and_currency_apart(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = csv.DictReader(io.StringIO(printed(capsys, "csv", ROW)))

    assert (row["amount"], row["amount_currency"], row["is_open"]) == ("1234.50", "NOK", "true")


def test_a_table_that_no_terminal_shows_is_plain_and_aligned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(capsys, "table", ROW).splitlines()

    assert lines == [
        "NAME        AMOUNT  SEEN",
        "a     1\N{NO-BREAK SPACE}234.50 NOK  3 h ago",
    ]


def test_no_rows_say_so_beside_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], COLUMNS, output="table", now=NOW)

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "Nothing to show.\n")


@pytest.mark.parametrize(("output", "nothing"), [("json", "[]\n"), ("jsonl", ""), ("csv", "")])
def test_no_rows_are_still_an_answer(
    capsys: pytest.CaptureFixture[str], output: str, nothing: str
) -> None:
    assert printed(capsys, output) == nothing


def test_a_record_is_one_field_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_record(ROW, output="table", now=NOW)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "a"]
    assert lines[-1].split() == ["is", "open", "yes"]


@pytest.mark.parametrize(
    ("distance", "told"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=5), "5 s ago"),
        (timedelta(minutes=90), "1 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_people_read_how_long_ago(distance: timedelta, told: str) -> None:
    assert relative(NOW - distance, NOW) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "-"), (True, "yes"), (Colour.RED, "red"), (("a", "b"), "a, b"), ((), "-"), (7, "7")],
)
def test_people_read_words(value: object, told: str) -> None:
    assert human(value, NOW) == told


def test_what_json_knows_stays_as_it_is() -> None:
    nested = {1: [Decimal("1.50"), Colour.RED, None, True]}

    assert wire(nested) == {"1": ["1.50", "red", None, True]}
