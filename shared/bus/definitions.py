"""The topology in the words of other tools: RabbitMQ definitions, Kubernetes resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.bus.policies import policies
from shared.bus.topology import exchanges, queues

_OPERATOR: Final = "rabbitmq.com/v1beta1"


def rabbitmq_definitions(vhost: str) -> str:
    """Return a definitions file for ``rabbitmqctl import_definitions`` and the management API."""
    lasting = {"vhost": vhost, "durable": True, "auto_delete": False}
    return _json(
        {
            "vhosts": [{"name": vhost}],
            "exchanges": [
                {
                    "name": e.name,
                    "type": e.type,
                    "internal": False,
                    "arguments": dict(e.arguments or {}),
                    **lasting,
                }
                for e in exchanges()
            ],
            "queues": [
                {"name": q.name, "arguments": dict(q.queue_arguments), **lasting} for q in queues()
            ],
            "bindings": [
                {
                    "vhost": vhost,
                    "source": exchange,
                    "destination": queue,
                    "destination_type": "queue",
                    "routing_key": key,
                    "arguments": {},
                }
                for exchange, queue, key in _bindings()
            ],
            "policies": [
                {
                    "vhost": vhost,
                    "name": p.name,
                    "pattern": p.pattern,
                    "apply-to": p.apply_to,
                    "definition": dict(p.definition),
                    "priority": p.priority,
                }
                for p in policies()
            ],
        }
    )


def kubernetes_resources(vhost: str, cluster: str) -> str:
    """Return resources of the RabbitMQ messaging topology operator, as one JSON list.

    Args:
        vhost: Virtual host to declare in.
        cluster: Name of the ``RabbitmqCluster`` resource.
    """
    place: Mapping[str, Any] = {"vhost": vhost, "rabbitmqClusterReference": {"name": cluster}}
    return _json({"apiVersion": "v1", "kind": "List", "items": list(_resources(place))})


def _resources(place: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for e in exchanges():
        spec = {"name": e.name, "type": e.type, "durable": True, "arguments": e.arguments or {}}
        yield _resource("Exchange", e.name, {**place, **spec})
    for q in queues():
        arguments = dict(q.queue_arguments)
        kind = arguments.pop("x-queue-type")
        spec = {"name": q.name, "type": kind, "durable": True, "arguments": arguments}
        yield _resource("Queue", q.name, {**place, **spec})
    for exchange, queue, key in _bindings():
        spec = {
            "source": exchange,
            "destination": queue,
            "destinationType": "queue",
            "routingKey": key,
        }
        yield _resource("Binding", f"{exchange}-{queue}-{key}", {**place, **spec})
    for p in policies():
        spec = {
            "name": p.name,
            "pattern": p.pattern,
            "applyTo": p.apply_to,
            "priority": p.priority,
            "definition": dict(p.definition),
        }
        yield _resource("Policy", p.name, {**place, **spec})


def _bindings() -> Iterable[tuple[str, str, str]]:
    return (
        (bound.exchange.name, queue.name, bound.routing_key)
        for queue in queues()
        for bound in queue.bindings
    )


def _resource(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    allowed = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")  # RFC 1123
    return {
        "apiVersion": _OPERATOR,
        "kind": kind,
        "metadata": {"name": allowed},
        "spec": dict(spec),
    }


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
