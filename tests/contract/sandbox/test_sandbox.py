"""Both stand-ins together: ports, environment, life and death."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from services.sandbox.bootstrap import Sandbox, ready_to_paste
from tests.harness.tripletex_sandbox import TODAY


async def test_both_listen_on_ports_of_their_own() -> None:
    async with Sandbox(TODAY) as sandbox, httpx.AsyncClient() as http:
        tripletex = await http.get(sandbox.tripletex_url + "/invoice")
        ecpay = await http.get(sandbox.ecpay_url + "/collection/v1/health")

    assert (tripletex.status_code, ecpay.status_code) == (401, 200)


async def test_nothing_listens_after_the_end() -> None:
    async with Sandbox(TODAY) as sandbox:
        pass

    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(sandbox.tripletex_url)


async def test_a_sandbox_may_stop_without_having_started() -> None:
    sandbox = Sandbox(TODAY)

    await sandbox.stop()


async def test_a_port_may_be_chosen() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async with Sandbox(TODAY, tripletex_port=port) as sandbox:
        assert sandbox.tripletex_url == f"http://127.0.0.1:{port}/v2"


async def test_the_environment_is_ready_to_paste() -> None:
    async with Sandbox(TODAY) as sandbox:
        lines = ready_to_paste(sandbox).splitlines()

    assert all(line.startswith("export RESTANSE_") for line in lines)
    assert f"export RESTANSE_TRIPLETEX_URL={sandbox.tripletex_url}" in lines
    assert f"export RESTANSE_ECPAY_URL={sandbox.ecpay_url}" in lines


async def test_a_delayed_answer_does_not_hold_up_the_end() -> None:
    async with Sandbox(TODAY) as sandbox, httpx.AsyncClient() as http:
        root = sandbox.tripletex_url.removesuffix("/v2")
        fault = {"kind": "delay", "seconds": 3600}
        await http.post(f"{root}/admin/faults", json=fault)
        waiting = asyncio.create_task(http.get(sandbox.tripletex_url + "/invoice"))
        await asyncio.wait({waiting}, timeout=0.05)

    with pytest.raises(httpx.HTTPError):
        await waiting
