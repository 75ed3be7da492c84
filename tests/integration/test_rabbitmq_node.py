from __future__ import annotations

import pika
import pytest

from tests.harness.rabbitmq_node import RabbitMqNode

pytestmark = pytest.mark.real


def queue_names(node: RabbitMqNode, vhost: str) -> list[str]:
    return [queue["name"] for queue in node.call("GET", f"/queues/{vhost}")]


def declare(url: str, queue: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url.partition("?")[0]))
    connection.channel().queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    connection.close()


def test_node_serves_amqp(rabbitmq_vhost: str, rabbitmq_node: RabbitMqNode) -> None:
    declare(rabbitmq_vhost, "first")

    names = queue_names(rabbitmq_node, rabbitmq_vhost.partition("?")[0].rpartition("/")[2])

    assert names == ["first"]


def test_command_line_reaches_the_node(rabbitmq_node: RabbitMqNode) -> None:
    answer = rabbitmq_node.ctl("list_vhosts")

    assert "/" in answer.split()


def test_queue_survives_a_killed_node(rabbitmq_node: RabbitMqNode) -> None:
    url = rabbitmq_node.add_vhost("survivor")
    declare(url, "kept")

    rabbitmq_node.kill9()
    rabbitmq_node.start()

    assert queue_names(rabbitmq_node, "survivor") == ["kept"]
    rabbitmq_node.drop_vhost("survivor")
