"""The topology of a virtual host through RabbitMQ's management API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote

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
from shared.faults import NotAllowed, Transient
from shared.http.door import Ask, HttpDoor, Timeouts

_TIMEOUTS: Final = Timeouts(connect=2, read=20, write=10, pool=10)
_UNAUTHORISED: Final = (401, 403)
_NOT_FOUND: Final = 404


class ManagementApi:
    """One virtual host, seen through HTTP with the credentials of the AMQP connection."""

    def __init__(self, door: HttpDoor, address: Address) -> None:
        self._door = door
        self._user = (address.user, address.password)
        self._vhost = quote(address.vhost, safe="")

    async def knock(self) -> None:
        """Find out whether the API serves this user.

        Raises:
            Outage: It does not answer.
            NotAllowed: The user lacks the tag ``policymaker``, or the right to the virtual host.
        """
        await self._get(f"/policies/{self._vhost}")

    async def picture(self) -> Picture:
        """Return everything that the virtual host has."""
        exchanges = await self._get(f"/exchanges/{self._vhost}")
        queues = await self._get(f"/queues/{self._vhost}?disable_stats=true")
        bindings = await self._get(f"/bindings/{self._vhost}")
        policies = await self._get(f"/policies/{self._vhost}")
        return Picture(
            exchanges={e["name"]: _exchange(e) for e in exchanges},
            queues={q["name"]: _queue(q) for q in queues},
            bindings=frozenset(
                BindingShape(b["source"], b["destination"], b["routing_key"])
                for b in bindings
                if b["destination_type"] == "queue"
            ),
            policies={p["name"]: _policy(p) for p in policies},
        )

    async def put_policy(self, policy: Policy) -> None:
        """Set a policy."""
        document = {
            "pattern": policy.pattern,
            "definition": dict(policy.definition),
            "priority": policy.priority,
            "apply-to": policy.apply_to,
        }
        await self._send("PUT", self._policy_path(policy.name), document)

    async def drop_policy(self, name: str) -> None:
        """Remove a policy."""
        await self._send("DELETE", self._policy_path(name))

    def _policy_path(self, name: str) -> str:
        return f"/policies/{self._vhost}/{quote(name, safe='')}"

    async def _get(self, path: str) -> Any:
        return await self._send("GET", path)

    async def _send(self, method: str, path: str, document: object = None) -> Any:
        path, _, query = path.partition("?")
        asked = dict([query.split("=")]) if query else {}
        reply = await self._door.send(
            Ask(method, f"/api{path}", query=asked, user=self._user, document=document)
        )
        if reply.status in _UNAUTHORISED:
            raise NotAllowed(
                f"{reply.attempted}: {reply.status}; the user needs the tag policymaker",
                dependency="broker",
            )
        if not reply.ok and (method, reply.status) != ("DELETE", _NOT_FOUND):
            raise Transient(f"{reply.attempted}: {reply.status}", dependency="broker")
        return reply.document() if reply.content else None


@asynccontextmanager
async def management_api(address: Address) -> AsyncIterator[ManagementApi]:
    """Open a door to the management API of a broker, for the length of a block."""
    door = HttpDoor(address.management, dependency="broker", timeouts=_TIMEOUTS, connections=2)
    try:
        yield ManagementApi(door, address)
    finally:
        await door.close()


def _exchange(found: Mapping[str, Any]) -> ExchangeShape:
    return ExchangeShape(found["name"], found["type"], arguments_of(found["arguments"]))


def _queue(found: Mapping[str, Any]) -> QueueShape:
    arguments = {"x-queue-type": found.get("type", "classic"), **found["arguments"]}
    return QueueShape(found["name"], arguments_of(arguments), found.get("policy") or "")


def _policy(found: Mapping[str, Any]) -> PolicyShape:
    return PolicyShape(
        name=found["name"],
        pattern=found["pattern"],
        priority=int(found["priority"]),
        apply_to=found["apply-to"],
        definition=arguments_of(found["definition"]),
    )
