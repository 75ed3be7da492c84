from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from shared.bus.picture import Difference, differences
from shared.bus.policies import policies
from shared.bus.rabbit.address import read_address
from shared.bus.topology import queue_names
from shared.faults import Invalid, Misconfigured, Outage
from shared.operations.topology import Door, apply, check, export, inspect
from shared.operations.topology_ctl import LocalBroker
from tests.harness.rabbitmq_node import RabbitMqNode

pytestmark = pytest.mark.real


def vhost_of(url: str) -> str:
    return read_address(url, name="t").vhost


def without_management(url: str) -> str:
    return f"{urlsplit(url)._replace(query='').geturl()}?management=http://127.0.0.1:1"


@pytest.fixture
async def applied(rabbitmq_vhost: str) -> str:
    await apply(rabbitmq_vhost)
    return rabbitmq_vhost


async def test_applied_topology_shows_no_drift(applied: str) -> None:
    found = await inspect(applied)

    assert found.differences == ()
    assert (found.door, found.unchecked) == (Door.MANAGEMENT, "")


async def test_applying_twice_changes_nothing(applied: str) -> None:
    second = await apply(applied)

    assert second.door is Door.MANAGEMENT
    assert await check(applied) == []


async def test_empty_broker_lacks_everything(rabbitmq_vhost: str) -> None:
    missing = [d.name for d in await check(rabbitmq_vhost) if d.kind == "queue"]

    assert missing == list(queue_names())


async def test_deleted_queue_is_named(applied: str, rabbitmq_node: RabbitMqNode) -> None:
    rabbitmq_node.call("DELETE", f"/queues/{vhost_of(applied)}/ecpay-forwarder.dlq")

    found = await check(applied)

    assert Difference("queue", "ecpay-forwarder.dlq", "is missing") in found
    assert {d.kind for d in found} == {"queue", "binding"}


async def test_missing_binding_is_named(applied: str, rabbitmq_node: RabbitMqNode) -> None:
    place = f"/bindings/{vhost_of(applied)}/e/invoices/q/ecpay-forwarder/overdue.%23"
    rabbitmq_node.call("DELETE", place)

    found = await check(applied)

    name = "invoices -> ecpay-forwarder (overdue.#)"
    assert found == [Difference("binding", name, "is missing")]


async def test_surplus_binding_is_named_and_removed(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    place = f"/bindings/{vhost_of(applied)}/e/payments/q/ecpay-forwarder"
    rabbitmq_node.call("POST", place, {"routing_key": "#"})

    found = await check(applied)
    await apply(applied)

    assert [d.problem for d in found] == ["is there and should not be"]
    assert await check(applied) == []


async def test_queue_of_another_type_is_named_and_never_deleted(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    place = f"/queues/{vhost_of(applied)}/booking-writer.quarantine"
    rabbitmq_node.call("DELETE", place)
    rabbitmq_node.call("PUT", place, {"durable": True, "arguments": {}})

    [found] = await check(applied)

    assert found.name == "booking-writer.quarantine"
    assert found.problem == "has arguments x-queue-type=classic, wanted x-queue-type=quorum"
    with pytest.raises(Invalid, match=r"booking-writer\.quarantine"):
        await apply(applied)


async def test_changed_policy_is_named_and_restored(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    policy = policies()[0]
    place = f"/policies/{vhost_of(applied)}/{policy.name}"
    changed = {"pattern": policy.pattern, "definition": {"max-length": 7}, "priority": 10}
    rabbitmq_node.call("PUT", place, changed)

    names = {d.name for d in await check(applied)}
    await apply(applied)

    assert names == {policy.name}
    assert await check(applied) == []


async def test_policy_of_another_that_overrules_ours_is_named(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    place = f"/policies/{vhost_of(applied)}/theirs"
    body = {"pattern": "^booking-writer$", "definition": {"max-length": 1}, "priority": 999}
    rabbitmq_node.call("PUT", place, body)

    [found] = await check(applied)

    assert found.name == "booking-writer"
    assert "'theirs'" in found.problem


async def test_policy_we_no_longer_want_is_removed(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    body = {"pattern": "^old$", "definition": {"max-length": 1}}
    rabbitmq_node.call("PUT", f"/policies/{vhost_of(applied)}/restanse-old", body)

    await apply(applied)

    names = {p["name"] for p in rabbitmq_node.call("GET", f"/policies/{vhost_of(applied)}")}
    assert names == {policy.name for policy in policies()}


async def test_without_any_door_the_definitions_are_handed_over(rabbitmq_vhost: str) -> None:
    done = await apply(without_management(rabbitmq_vhost))

    assert done.door is Door.NONE
    assert json.loads(done.to_import)["policies"]
    assert "management API" in done.why_not


async def test_without_any_door_missing_queues_are_found(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    rabbitmq_node.call("DELETE", f"/queues/{vhost_of(applied)}/booking-writer")

    found = await inspect(without_management(applied))

    assert found.differences == (Difference("queue", "booking-writer", "is missing"),)
    assert "policies" in found.unchecked


async def test_exported_definitions_make_the_same_topology(
    rabbitmq_vhost: str, rabbitmq_node: RabbitMqNode
) -> None:
    vhost = vhost_of(rabbitmq_vhost)

    rabbitmq_node.call("POST", "/definitions", json.loads(export("definitions", vhost=vhost)))

    assert await check(rabbitmq_vhost) == []


async def test_command_line_tool_sees_and_sets_the_same(
    applied: str, rabbitmq_node: RabbitMqNode
) -> None:
    ctl = LocalBroker(vhost_of(applied), rabbitmq_node.ctl_command)
    policy = policies()[0]

    await ctl.drop_policy(policy.name)
    dropped = await check(applied)
    await ctl.put_policy(policy)

    assert dropped[0] == Difference("policy", policy.name, "is missing")
    assert await check(applied) == []
    assert await ctl.listens_on(rabbitmq_node.ports.amqp)


async def test_command_line_tool_shows_no_drift(applied: str, rabbitmq_node: RabbitMqNode) -> None:
    ctl = LocalBroker(vhost_of(applied), rabbitmq_node.ctl_command)

    assert differences(await ctl.picture()) == []


async def test_absent_broker_is_an_outage() -> None:
    with pytest.raises(Outage):
        await check("amqp://127.0.0.1:1/")


async def test_embedded_broker_has_nothing_to_apply() -> None:
    with pytest.raises(Misconfigured, match="RESTANSE_BROKER_URL"):
        await apply("embedded://")


def test_kubernetes_names_are_allowed_and_distinct() -> None:
    items = json.loads(export("kubernetes"))["items"]

    names = [(item["kind"], item["metadata"]["name"]) for item in items]

    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for _, name in names)
