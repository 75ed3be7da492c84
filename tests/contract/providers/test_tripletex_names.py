"""What we ask of Tripletex and read from it exists in its published OpenAPI document."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from shared.providers.tripletex import fields, wire

NAMES = json.loads((Path(__file__).parent / "tripletex_names.json").read_text())
SCHEMAS: dict[str, dict[str, str]] = NAMES["schemas"]
PARAMETERS: dict[str, list[str]] = NAMES["parameters"]

SELECTIONS = {
    "CUSTOMER": "Customer",
    "INVOICE": "Invoice",
    "INVOICE_HEAD": "Invoice",
    "OPEN_POST": "Posting",
    "POSTING": "Posting",
    "ACCOUNT": "Account",
    "PAYMENT_TYPE": "PaymentType",
    "VOUCHER": "Voucher",
    "PERIOD": "AccountingPeriod",
    "COMPANY_LOGIN": "Client",
}
MODELS: list[tuple[type[BaseModel], str]] = [
    (wire.Invoice, "Invoice"),
    (wire.Posting, "Posting"),
    (wire.OpenPost, "Posting"),
    (wire.Voucher, "Voucher"),
    (wire.Customer, "Customer"),
    (wire.Address, "Address"),
    (wire.Country, "Country"),
    (wire.Currency, "Currency"),
    (wire.Account, "Account"),
    (wire.VatType, "VatType"),
    (wire.PaymentType, "PaymentType"),
    (wire.VoucherType, "VoucherType"),
    (wire.Reminder, "Reminder"),
    (wire.AccountingPeriod, "AccountingPeriod"),
    (wire.VatSettings, "VatSettings"),
    (wire.WhoAmI, "LoggedInUserInfo"),
    (wire.CompanyLogin, "Client"),
    (wire.NewVoucher, "Voucher"),
    (wire.NewPosting, "Posting"),
]


def unknown_names(selection: str, schema: str) -> list[str]:
    """Walk a ``fields`` selection and return the names its schemas do not have."""
    unknown: list[str] = []
    stack, last = [schema], ""
    for token in re.findall(r"[A-Za-z0-9]+|[(),]", selection):
        if token == "(":
            stack.append(SCHEMAS[stack[-1]].get(last, ""))
        elif token == ")":
            stack.pop()
        elif token != ",":
            last = token
            unknown += [] if token in SCHEMAS[stack[-1]] else [f"{stack[-1]}.{token}"]
    return unknown


@pytest.mark.parametrize(("name", "schema"), SELECTIONS.items())
def test_selected_fields_exist(name: str, schema: str) -> None:
    assert unknown_names(getattr(fields, name), schema) == []


@pytest.mark.parametrize("name", SELECTIONS)
def test_selections_nest_no_deeper_than_has_been_seen_to_work(name: str) -> None:
    depth = deepest = 0
    for character in getattr(fields, name):
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)

    assert deepest <= 3


@pytest.mark.parametrize(("model", "schema"), MODELS)
def test_properties_of_the_wire_models_exist(model: type[BaseModel], schema: str) -> None:
    read = {one.alias or name for name, one in model.model_fields.items()}

    assert sorted(read - set(SCHEMAS[schema])) == []


def test_every_property_read_from_an_invoice_is_selected() -> None:
    read = {one.alias or name for name, one in wire.Invoice.model_fields.items()}

    assert read <= set(re.findall(r"[A-Za-z0-9]+", fields.INVOICE))


@pytest.mark.parametrize(
    "nothing", [{"id": 1}, {"id": 1, "customer": None, "postings": None, "kid": None}]
)
def test_nulls_and_missing_fields_are_tolerated(nothing: dict[str, Any]) -> None:
    invoice = wire.Invoice.model_validate(nothing)

    assert invoice.kid == ""
    assert not invoice.postings
    assert invoice.amount_outstanding == 0


def test_amounts_of_uneven_scale_are_rounded_to_ore() -> None:
    posting = wire.Posting.model_validate_json('{"id": 1, "amountGross": 5984.310000000027}')

    assert str(posting.amount_gross) == "5984.31"


def test_reprs_carry_no_personal_data() -> None:
    customer = wire.Customer(id=7, name="Ola Nordmann", email="ola@example.no")

    assert repr(customer) == str(customer) == "Customer(id=7)"


def test_new_values_of_enumerations_are_tolerated() -> None:
    reminder = wire.Reminder.model_validate({"id": 1, "type": "SMS_REMINDER", "fresh": 1})

    assert reminder.type == "SMS_REMINDER"
    assert get_args(wire.Reminder.model_fields["type"].annotation) == ()
