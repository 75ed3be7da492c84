from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from shared.telemetry.metrics import vocabulary


def test_every_metric_is_ours_and_described() -> None:
    described = vocabulary()

    assert len(described) > 10
    assert all(one.name.startswith("restanse_") and one.about.endswith(".") for one in described)


def test_no_metric_is_made_outside_the_vocabulary() -> None:
    known = {one.name for one in vocabulary()}
    ours = {f"{family.name}_total" for family in REGISTRY.collect() if family.type == "counter"}
    ours |= {family.name for family in REGISTRY.collect() if family.type != "counter"}

    assert {name for name in ours if name.startswith("restanse_")} == known


@pytest.mark.parametrize("one", vocabulary(), ids=lambda one: str(one.name))
def test_no_label_is_an_id(one: object) -> None:
    labels = getattr(one, "labels", ())

    assert not [label for label in labels if label.endswith("id") or "client" in label]
