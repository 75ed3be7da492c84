from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.bus.picture import BindingShape, Difference, Picture, differences, wanted

WANTED = wanted()


def without(picture: Picture, part: str, name: str) -> Picture:
    left = {key: value for key, value in getattr(picture, part).items() if key != name}
    change: dict[str, Any] = {part: left}
    return replace(picture, **change)


def test_what_is_wanted_differs_in_nothing() -> None:
    assert differences(WANTED) == []


@pytest.mark.parametrize(
    ("part", "kind", "name"),
    [
        ("exchanges", "exchange", "invoices"),
        ("queues", "queue", "booking-writer.dlq"),
        ("policies", "policy", "restanse-journal"),
    ],
)
def test_missing_thing_is_named(part: str, kind: str, name: str) -> None:
    [found] = differences(without(WANTED, part, name))

    assert (found.kind, found.name, found.problem) == (kind, name, "is missing")


def test_exchange_of_another_kind_is_named() -> None:
    changed = replace(WANTED.exchanges["polls"], kind="topic")
    found = replace(WANTED, exchanges={**WANTED.exchanges, "polls": changed})

    assert differences(found) == [Difference("exchange", "polls", "is topic, wanted direct")]


def test_exchange_without_its_alternate_is_named() -> None:
    changed = replace(WANTED.exchanges["payments"], arguments=())
    found = replace(WANTED, exchanges={**WANTED.exchanges, "payments": changed})

    problem = "has arguments none, wanted alternate-exchange=unroutable"
    assert differences(found) == [Difference("exchange", "payments", problem)]


def test_policy_of_another_priority_is_named() -> None:
    policy = WANTED.policies["restanse-journal"]
    changed = replace(policy, priority=policy.priority + 1)
    found = replace(WANTED, policies={**WANTED.policies, policy.name: changed})

    [difference] = differences(found)

    assert difference.name == "restanse-journal"
    assert "priority" in difference.problem


def test_what_others_have_is_not_looked_at() -> None:
    theirs = BindingShape("payments", "somebody-elses-queue", "#")
    default = BindingShape("", "booking-writer", "booking-writer")
    found = replace(WANTED, bindings=WANTED.bindings | {theirs, default})

    assert differences(found) == []
