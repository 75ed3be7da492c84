"""Apply, check and export the topology of a broker.

Entities are declared over AMQP. Policies cannot be: they go through the management API when it
answers (where it listens: ``management`` in the broker URL, else port 15672 of the same host),
else through ``rabbitmqctl`` when the broker runs on this machine, else the caller is handed
the definitions to import. Nothing that holds messages is ever deleted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.bus.admin import missing_entities, unbind
from shared.bus.declare import declare
from shared.bus.definitions import kubernetes_resources, rabbitmq_definitions
from shared.bus.picture import Difference, Picture, differences, surplus_bindings
from shared.bus.policies import Policy, policies
from shared.bus.rabbit.address import Address, read_address
from shared.faults import Fault, Misconfigured
from shared.operations.topology_ctl import local_broker
from shared.operations.topology_management import management_api

OUR_POLICIES = "restanse-"


class Export(StrEnum):
    """What the topology can be exported for."""

    DEFINITIONS = "definitions"
    KUBERNETES = "kubernetes"


class Door(StrEnum):
    """How policies and bindings were reached."""

    MANAGEMENT = "management API"
    CTL = "rabbitmqctl"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Applied:
    """What ``apply`` did.

    Attributes:
        to_import: Definitions that a person must import, because no door to policies was open.
        why_not: Why the doors were closed.
    """

    door: Door
    to_import: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What ``inspect`` found.

    Attributes:
        unchecked: What could not be looked at, and why; empty when everything was.
    """

    differences: tuple[Difference, ...]
    door: Door
    unchecked: str = ""


class PolicyDoor(Protocol):
    """A way to see a whole virtual host and to change its policies."""

    async def picture(self) -> Picture:
        """Return everything that the virtual host has."""

    async def put_policy(self, policy: Policy) -> None:
        """Set a policy."""

    async def drop_policy(self, name: str) -> None:
        """Remove a policy."""


async def apply(url: str) -> Applied:
    """Make a broker as this version wants it; idempotent.

    Raises:
        Outage: The broker does not answer.
        Invalid: Something is there already in another shape that only deleting it would change.
        Misconfigured: The URL is that of an embedded broker.
    """
    address = _address(url)
    await declare(url)
    async with _door(address) as (door, kind, why_not):
        if door is None:
            return Applied(kind, rabbitmq_definitions(address.vhost), why_not)
        found = await door.picture()
        for policy in policies():
            await door.put_policy(policy)
        kept = {policy.name for policy in policies()}
        for name in found.policies:
            if name.startswith(OUR_POLICIES) and name not in kept:
                await door.drop_policy(name)
        if surplus := surplus_bindings(found):
            await unbind(address, surplus)
        return Applied(kind)


async def inspect(url: str) -> Inspection:
    """Compare a broker with what this version wants.

    Raises:
        Outage: The broker does not answer.
        Misconfigured: The URL is that of an embedded broker.
    """
    address = _address(url)
    missing = await missing_entities(address)  # also tells whether the broker answers at all
    async with _door(address) as (door, kind, why_not):
        if door is None:
            return Inspection(tuple(missing), kind, f"bindings, arguments and policies: {why_not}")
        return Inspection(tuple(differences(await door.picture())), kind)


async def check(url: str) -> list[Difference]:
    """Return how a broker differs from what this version wants; nothing when it does not.

    Raises:
        Outage: The broker does not answer.
        Misconfigured: The URL is that of an embedded broker.
    """
    return list((await inspect(url)).differences)


def export(form: Export | str, *, vhost: str = "/", cluster: str = "rabbitmq") -> str:
    """Return the topology for another tool.

    Args:
        form: ``definitions`` or ``kubernetes``.
        vhost: Virtual host to declare in.
        cluster: Name of the ``RabbitmqCluster`` resource, for Kubernetes.
    """
    match Export(form):
        case Export.DEFINITIONS:
            return rabbitmq_definitions(vhost)
        case Export.KUBERNETES:
            return kubernetes_resources(vhost, cluster)


@asynccontextmanager
async def _door(address: Address) -> AsyncIterator[tuple[PolicyDoor | None, Door, str]]:
    reasons: list[str] = []
    async with management_api(address) as management:
        try:
            await management.knock()
        except Fault as fault:
            reasons.append(
                f"the management API at {address.management} does not serve us ({fault.message})"
            )
        else:
            yield management, Door.MANAGEMENT, ""
            return
    try:
        ctl = await local_broker(address)
    except Fault as fault:
        reasons.append(fault.message)
        yield None, Door.NONE, "; ".join(reasons)
    else:
        yield ctl, Door.CTL, ""


def _address(url: str) -> Address:
    if url.startswith("embedded://"):
        raise Misconfigured(
            "embedded:// is a broker inside one process, which declares its own topology; "
            "set RESTANSE_BROKER_URL to amqp://... to work on a RabbitMQ"
        )
    return read_address(url, name="restanse topology")
