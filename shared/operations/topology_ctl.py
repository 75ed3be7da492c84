"""The topology of a virtual host through ``rabbitmqctl``, for a broker on this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.bus.picture import (
    BindingShape,
    ExchangeShape,
    Picture,
    PolicyShape,
    QueueShape,
    arguments_of,
)
from shared.bus.policies import Policy
from shared.bus.rabbit.address import Address
from shared.faults import Unreachable

PROGRAM: Final = "rabbitmqctl"
_SECONDS: Final = 60.0
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LocalBroker:
    """One virtual host of the broker that ``rabbitmqctl`` of this machine speaks to.

    Args:
        program: The command and what always follows it, so that another node can be named.
    """

    def __init__(self, vhost: str, program: tuple[str, ...] = (PROGRAM,)) -> None:
        self._vhost = vhost
        self._program = program

    async def listens_on(self, port: int) -> bool:
        """Tell whether this broker listens on a port, so that no other one is changed."""
        answer = json.loads(await self._run("status", "--formatter", "json"))
        return any(listener.get("port") == port for listener in answer.get("listeners", ()))

    async def picture(self) -> Picture:
        """Return everything that the virtual host has."""
        exchanges = await self._list("list_exchanges", "name", "type", "arguments")
        queues = await self._list("list_queues", "name", "type", "arguments", "policy")
        bindings = await self._list("list_bindings")
        policies = await self._list("list_policies")
        return Picture(
            exchanges={
                e["name"]: ExchangeShape(e["name"], e["type"], arguments_of(_table(e)))
                for e in exchanges
            },
            queues={q["name"]: _queue(q) for q in queues},
            bindings=frozenset(
                BindingShape(b["source_name"], b["destination_name"], b["routing_key"])
                for b in bindings
                if b["destination_kind"] == "queue"
            ),
            policies={p["name"]: _policy(p) for p in policies},
        )

    async def put_policy(self, policy: Policy) -> None:
        """Set a policy."""
        await self._run(
            "set_policy",
            "-p",
            self._vhost,
            "--priority",
            str(policy.priority),
            "--apply-to",
            policy.apply_to,
            policy.name,
            policy.pattern,
            json.dumps(dict(policy.definition)),
        )

    async def drop_policy(self, name: str) -> None:
        """Remove a policy."""
        await self._run("clear_policy", "-p", self._vhost, name)

    async def _list(self, command: str, *columns: str) -> list[dict[str, Any]]:
        answer = await self._run(command, "-p", self._vhost, "--formatter", "json", *columns)
        listed: list[dict[str, Any]] = json.loads(answer or "[]")
        return listed

    async def _run(self, *arguments: str) -> str:
        command = (*self._program, "--quiet", *arguments)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        try:
            async with asyncio.timeout(_SECONDS):
                answer, complaint = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Unreachable(
                f"{PROGRAM} {arguments[0]} did not end in {_SECONDS:.0f} s", dependency="broker"
            ) from None
        if process.returncode:
            reason = complaint.decode(errors="replace").strip().splitlines()
            raise Unreachable(
                f"{PROGRAM} {arguments[0]} failed: {reason[0] if reason else 'no reason given'}",
                dependency="broker",
            )
        return answer.decode()


async def local_broker(address: Address) -> LocalBroker:
    """Return the broker of an address, when ``rabbitmqctl`` of this machine speaks to it.

    Raises:
        Unreachable: It does not, and why.
    """
    if address.host not in _HERE:
        raise Unreachable(f"{PROGRAM} works on the broker's machine, {address.host}, only")
    if shutil.which(PROGRAM) is None:
        raise Unreachable(f"{PROGRAM} is not installed here")
    broker = LocalBroker(address.vhost)
    if not await broker.listens_on(address.port):
        raise Unreachable(f"{PROGRAM} speaks to another broker than the one on {address.place}")
    return broker


def _queue(found: Mapping[str, Any]) -> QueueShape:
    arguments = {"x-queue-type": found["type"].removeprefix("rabbit_"), **_table(found)}
    arguments["x-queue-type"] = _QUEUE_TYPES.get(found["type"], arguments["x-queue-type"])
    policy = found.get("policy")
    return QueueShape(
        found["name"], arguments_of(arguments), policy if isinstance(policy, str) else ""
    )


_QUEUE_TYPES: Final[Mapping[str, str]] = {
    "rabbit_quorum_queue": "quorum",
    "rabbit_stream_queue": "stream",
    "rabbit_classic_queue": "classic",
}


def _table(found: Mapping[str, Any]) -> dict[str, object]:
    """Return AMQP arguments, which one version prints as a table and another as triples."""
    printed = found.get("arguments") or {}
    if isinstance(printed, Mapping):
        return dict(printed)
    return {row[0]: row[-1] for row in _rows(printed)}


def _rows(printed: Iterable[Any]) -> Iterable[Any]:
    return (row for row in printed if isinstance(row, list))


def _policy(found: Mapping[str, Any]) -> PolicyShape:
    definition = found["definition"]
    read = json.loads(definition) if isinstance(definition, str) else definition
    return PolicyShape(
        name=found["name"],
        pattern=found["pattern"],
        priority=int(found["priority"]),
        apply_to=found["apply-to"],
        definition=arguments_of(read),
    )
