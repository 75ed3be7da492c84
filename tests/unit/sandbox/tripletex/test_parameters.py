from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.tripletex.errors import ApiError
from services.sandbox.tripletex.parameters import Query


def test_what_is_absent_or_empty_is_none() -> None:
    query = Query({"kid": ""})

    assert query.text("kid") is None
    assert query.ids("id") is None
    assert query.boolean("isInactive") is None


def test_ids_are_a_comma_list() -> None:
    assert Query({"id": "1, 2"}).ids("id") == [1, 2]


@pytest.mark.parametrize("given", ["120*", "-1", "1,,2", "a"])
def test_anything_else_is_no_list_of_ids(given: str) -> None:
    with pytest.raises(ApiError) as caught:
        Query({"id": given}).ids("id")

    assert caught.value.code == 12000


@pytest.mark.parametrize("name", ["integer", "amount", "day"])
def test_a_value_of_the_wrong_type_is_named(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        getattr(Query({"x": "much"}), name)("x")

    assert caught.value.code == 16000


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(ApiError) as caught:
        Query({"b": "1"}).require("a", "b", "c")

    assert [c.field for c in caught.value.complaints or ()] == ["a", "c"]


def test_an_open_window_holds_everything() -> None:
    assert Query({}).optional_window("a", "b") == (date.min, date.max)


def test_a_window_backwards_is_refused() -> None:
    query = Query({"a": "2026-07-02", "b": "2026-07-01"})

    with pytest.raises(ApiError) as caught:
        query.window("a", "b")

    assert "Thu Jul 02 00:00:00 CEST 2026" in (caught.value.complaints or [])[0].message


@pytest.mark.parametrize("given", ["nan", "inf", "-1e400", "1e12"])
def test_an_amount_is_a_sum_of_kroner(given: str) -> None:
    with pytest.raises(ApiError):
        Query({"paidAmount": given}).amount("paidAmount")


def test_a_moment_is_read_as_its_date() -> None:
    query = Query({"changedSince": "2026-11-02T13:00:00"})

    assert query.since("changedSince") == date(2026, 11, 2)
    assert query.since("other") is None
