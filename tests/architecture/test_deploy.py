"""The compose file starts every service, healthy, private and as the settings allow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.runtime.catalog import service_names
from shared.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
ONE_SHOT = {"migrate", "topology"}


@pytest.mark.parametrize("name", service_names())
def test_every_service_has_a_container_that_runs_it(name: str) -> None:
    assert SERVICES[name]["command"] == ["run", name]


@pytest.mark.parametrize("name", service_names())
def test_a_service_can_be_scaled(name: str) -> None:
    assert {"container_name", "ports", "hostname"}.isdisjoint(SERVICES[name])


@pytest.mark.parametrize("name", service_names())
def test_a_service_waits_for_the_migration_and_the_broker(name: str) -> None:
    conditions = {who: how["condition"] for who, how in SERVICES[name]["depends_on"].items()}

    assert conditions["migrate"] == "service_completed_successfully"
    assert conditions["rabbitmq"] == "service_healthy"


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_keeps_running_has_a_health_check(name: str) -> None:
    assert name in ONE_SHOT or "test" in SERVICES[name]["healthcheck"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_loopback(name: str) -> None:
    ports = SERVICES[name].get("ports", [])

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_a_container_is_given_longer_than_the_drain_takes() -> None:
    service = SERVICES[service_names()[0]]

    grace = int(service["stop_grace_period"].removesuffix("s"))

    assert grace > int(service["environment"]["RESTANSE_DRAIN_SECONDS"])


def test_every_variable_is_a_setting() -> None:
    known = {variable(name) for name in Settings.model_fields}
    inside = {name for service in SERVICES.values() for name in service.get("environment", {})}
    image = set(re.findall(r"(RESTANSE_[A-Z_]+)=", DOCKERFILE))

    assert {name for name in inside | image if name.startswith("RESTANSE_")} <= known


def test_the_image_runs_as_nobody_special() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["restanse"]
