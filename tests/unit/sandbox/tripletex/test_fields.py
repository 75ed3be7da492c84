from __future__ import annotations

import pytest

from services.sandbox.tripletex.errors import ApiError
from services.sandbox.tripletex.fields import Selection, parse


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("id", {"id": None}),
        ("id, kid ,", {"id": None, "kid": None}),
        ("*,customer(*)", {"*": None, "customer": {"*": None}}),
        ("a(b(c),d),e", {"a": {"b": {"c": None}, "d": None}, "e": None}),
        ("", {}),
    ],
)
def test_fields_are_a_tree(text: str, selection: Selection) -> None:
    assert parse(text) == selection


@pytest.mark.parametrize("text", ["a(b", "a)b", "a(b))"])
def test_brackets_must_match(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(text)

    assert (caught.value.status, caught.value.code) == (400, 11000)
