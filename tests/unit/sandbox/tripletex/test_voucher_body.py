from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sandbox.tripletex import voucher_body
from services.sandbox.tripletex.errors import ApiError
from services.sandbox.tripletex.voucher_rules import complaints
from tests.harness.books import Books

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
REFERENCES = st.dictionaries(st.sampled_from(["id", "number"]), SCALARS, max_size=2)
NAMES = st.sampled_from([*voucher_body.POSTING_TYPES, "amountGross", "date", "kid"])
POSTINGS = st.dictionaries(NAMES, SCALARS | REFERENCES, max_size=6)
BODIES = st.fixed_dictionaries(
    {"date": SCALARS, "postings": SCALARS | st.lists(SCALARS | POSTINGS, max_size=3)},
    optional={"voucherType": SCALARS | REFERENCES, "externalVoucherNumber": SCALARS},
)


def _status(books: Books, body: dict[str, Any]) -> int:
    try:
        voucher_body.check_shape(body)
        day = voucher_body.voucher_day(body)
        complaints(books.company, voucher_body.lines_of(books.company, body), day)
        voucher_body.external_number(body)
        voucher_body.type_name(books.company, body)
    except ApiError as error:
        return error.status
    return 201


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=BODIES)
def test_no_body_breaks_the_reader(books: Books, body: dict[str, Any]) -> None:
    assert _status(books, body) in (201, 404, 422)


def test_a_good_body_becomes_lines(books: Books) -> None:
    posting = {
        "row": 1,
        "account": {"id": books.company.account(1500).id},
        "customer": {"id": books.customer.id},
        "amountGross": 10.5,
        "amountGrossCurrency": 10.5,
        "invoiceNumber": "7",
        "termOfPayment": "2026-10-15",
        "date": "2026-10-01",
    }

    (line,) = voucher_body.lines_of(books.company, {"postings": [posting]})

    assert (line.account.number, line.gross, line.customer) == (1500, 1050, books.customer)
    assert (line.invoice_number, line.term_of_payment) == ("7", date(2026, 10, 15))


@pytest.mark.parametrize("amount", [None, True, "1", float("nan"), 1e300])
def test_an_amount_is_a_number(books: Books, amount: object) -> None:
    account = {"id": books.company.account(1579).id}
    body = {"postings": [{"account": account, "amountGross": amount}]}

    with pytest.raises(ApiError) as caught:
        voucher_body.lines_of(books.company, body)

    assert [c.field for c in caught.value.complaints or ()] == ["postings.amountGross"]


@pytest.mark.parametrize("name", ["row", "account", "vatType", "customer"])
def test_a_wrong_type_is_named(books: Books, name: str) -> None:
    with pytest.raises(ApiError) as caught:
        voucher_body.check_shape({"postings": [{name: "x"}]})

    assert caught.value.code == 16000
    assert [c.field for c in caught.value.complaints or ()] == [name]
    assert books.company.vouchers == {}
