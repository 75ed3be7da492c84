"""The pages of a process, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.runtime.health import health_app
from shared.runtime.server import HttpServer


class Dependency:
    """Something that is there or not."""

    is_there = True

    async def check(self) -> bool:
        return self.is_there


@pytest.fixture
def dependency() -> Dependency:
    return Dependency()


@pytest.fixture
async def client(dependency: Dependency) -> AsyncIterator[httpx.AsyncClient]:
    server = HttpServer(health_app({"broker": dependency.check}))
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client
    await server.stop()


async def test_a_process_with_all_it_needs_is_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["ready"]) == (200, True)


async def test_what_is_missing_is_named(client: httpx.AsyncClient, dependency: Dependency) -> None:
    dependency.is_there = False

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"broker": False}}


async def test_a_process_lives_though_nothing_else_does(
    client: httpx.AsyncClient, dependency: Dependency
) -> None:
    dependency.is_there = False

    assert (await client.get("/livez")).status_code == 200


async def test_metrics_are_in_the_form_prometheus_reads(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "restanse_" in answer.text
