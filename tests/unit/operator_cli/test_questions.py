"""What a person types, and what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import click
import pytest

from services.operator_cli.questions import AccountMapping, CivilDate, Kroner, complete

GIVEN: dict[str, Any] = {
    "client_id": "nordfjord",
    "name": None,
    "company_id": 1,
    "employee_token": "x",
    "start_date": date(2026, 1, 1),
    "ecpay_client_id": "e",
}


@pytest.mark.parametrize(
    ("typed", "amount"), [("250", "250"), ("249,50", "249.50"), ("1 000", "1000")]
)
def test_amounts_are_read_as_norwegians_write_them(typed: str, amount: str) -> None:
    assert Kroner().convert(typed, None, None) == Decimal(amount)


def test_a_date_is_a_civil_date() -> None:
    assert CivilDate().convert("2026-01-31", None, None) == date(2026, 1, 31)


def test_a_mapping_is_a_purpose_and_a_number() -> None:
    assert AccountMapping().convert("fee-income=3905", None, None) == ("fee_income", 3905)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kroner(), "much"),
        (Kroner(), "NaN"),
        (CivilDate(), "31.01.2026"),
        (CivilDate(), "2026-02-30"),
        (AccountMapping(), "3905"),
        (AccountMapping(), "fee_income=many"),
    ],
)
def test_what_cannot_be_read_is_refused(kind: click.ParamType[Any], typed: str) -> None:
    with pytest.raises(click.BadParameter):
        kind.convert(typed, None, None)


def test_everything_missing_is_named_when_nobody_can_be_asked() -> None:
    given = GIVEN | {"company_id": None, "start_date": None}

    with pytest.raises(click.UsageError, match="--company-id, --start-date"):
        complete(given, str)


def test_nothing_is_asked_when_only_the_name_is_missing() -> None:
    assert complete(GIVEN, str) == GIVEN
