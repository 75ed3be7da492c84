from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.sandbox.tripletex.errors import ApiError
from services.sandbox.tripletex.models import fixed, model, no_refs, plain, ref, refs
from services.sandbox.tripletex.rendering import Model, Renderer


@dataclass
class _Boat:
    id: int
    name: str
    owner: _Boat | None = None
    version: int = 2


_FIELDS = [
    plain("name", "name"),
    ref("owner", "owner", "boat"),
    refs("owners", lambda boat: [boat.owner] if boat.owner else [], "boat"),
    fixed("secret", 7, hidden=True),
    *no_refs("harbour"),
]
RENDERER = Renderer(
    {
        "boat": model("BoatDTO", "/boat", _FIELDS),
        "anything": Model("AnythingDTO", "", [], is_open=True),
    }
)
OWNED = _Boat(2, "Gjøa", _Boat(1, "Fram"))
REFERENCE = {"id": 1, "url": "tripletex.no/v2/boat/1"}


def test_default_fields_come_in_order_with_references() -> None:
    assert list(RENDERER.render("boat", OWNED).items()) == [
        ("id", 2),
        ("version", 2),
        ("url", "tripletex.no/v2/boat/2"),
        ("name", "Gjøa"),
        ("owner", REFERENCE),
        ("owners", [REFERENCE]),
        ("harbour", None),
    ]


def test_only_what_is_asked_for_comes() -> None:
    found = RENDERER.render("boat", OWNED, "name,owner(name,owner(name))")

    assert found == {"name": "Gjøa", "owner": {"name": "Fram", "owner": None}}


def test_lists_are_nested_too() -> None:
    assert RENDERER.render("boat", OWNED, "owners(name)") == {"owners": [{"name": "Fram"}]}


def test_a_hidden_field_comes_by_name_only() -> None:
    assert "secret" not in RENDERER.render("boat", OWNED, "*")
    assert RENDERER.render("boat", OWNED, "secret") == {"secret": 7}


def test_what_is_not_kept_takes_any_field() -> None:
    assert RENDERER.render("boat", OWNED, "harbour(name,depth)") == {"harbour": None}


@pytest.mark.parametrize(("fields", "name"), [("depth", "depth"), ("owner(depth)", "depth")])
def test_an_unknown_field_is_refused(fields: str, name: str) -> None:
    with pytest.raises(ApiError, match=f"{name} does not match a field in the model: BoatDTO"):
        RENDERER.plan("boat", fields)


def test_only_plain_fields_sort() -> None:
    assert RENDERER.sort_key("boat", "owner") is None
    assert RENDERER.sort_key("boat", "depth") is None
