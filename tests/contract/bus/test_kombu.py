from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kombu
import pytest
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.exceptions import ContentDisallowed

from shared.bus.embedded.broker import EmbeddedBroker
from shared.bus.topology import exchanges, queues
from shared.bus.transport.connection import kombu_connection, register
from shared.bus.transport.letters import Nacked, Returned
from shared.faults import Fault, Invalid, Misconfigured, Outage

QUORUM = {"x-queue-type": "quorum"}


@pytest.fixture(params=["embedded", pytest.param("pika", marks=pytest.mark.real)])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    if request.param == "embedded":
        made = kombu_connection("embedded://", broker=EmbeddedBroker())
    else:
        made = kombu_connection(request.getfixturevalue("rabbitmq_vhost"))
    with made:
        yield made


def queue(connection: Connection, name: str = "q", **arguments: Any) -> Any:
    made = Queue(name, queue_arguments={**QUORUM, **arguments})(connection.default_channel)
    made.declare()
    return made


def received(connection: Connection, *from_queues: Any, count: int, **options: Any) -> list[Any]:
    taken: list[Any] = []
    consumer = Consumer(
        connection, from_queues, on_message=taken.append, prefetch_count=10, **options
    )
    with consumer:
        while len(taken) < count:
            connection.drain_events(timeout=10)
    return taken


def test_producer_and_consumer_meet(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish({"amount": "10.00", "who": "Åse"}, routing_key="q")

    [message] = received(connection, target, count=1)

    assert message.payload == {"amount": "10.00", "who": "Åse"}
    assert (message.content_type, message.delivery_info["redelivered"]) == (
        "application/json",
        False,
    )
    message.ack()


def test_properties_and_headers_arrive(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish(
        b"\x00\xff",
        routing_key="q",
        headers={"attempt": 2},
        message_id="m-1",
        correlation_id="c-1",
        reply_to="elsewhere",
        priority=3,
    )

    [message] = received(connection, target, count=1)

    assert message.body == b"\x00\xff"
    assert message.headers == {"attempt": 2}
    assert message.properties["message_id"] == "m-1"
    assert message.properties["correlation_id"] == "c-1"
    assert message.properties["reply_to"] == "elsewhere"
    assert message.properties["delivery_mode"] == 2


def test_received_broker_headers_are_not_sent_on(connection: Connection) -> None:
    target = queue(connection)
    carried = {"x-death": "an old one", "CC": "elsewhere", "attempt": 1}
    Producer(connection).publish({}, routing_key="q", headers=carried)

    [message] = received(connection, target, count=1)

    assert message.headers == {"attempt": 1}


def test_unroutable_is_raised(connection: Connection) -> None:
    with pytest.raises(Returned):
        Producer(connection).publish({}, routing_key="nowhere", mandatory=True)


def test_unknown_exchange_is_raised(connection: Connection) -> None:
    with pytest.raises(Returned):
        Producer(connection).publish({}, exchange="nonesuch", routing_key="k", mandatory=True)


def test_unroutable_is_dropped_when_nobody_minds(connection: Connection) -> None:
    Producer(connection).publish({}, routing_key="nowhere", mandatory=False)


def test_full_queue_is_raised(connection: Connection) -> None:
    limits: dict[str, Any] = {"x-max-length": 2, "x-overflow": "reject-publish"}
    queue(connection, **limits)
    producer = Producer(connection)

    def publish_many() -> None:
        for _ in range(10):
            producer.publish({}, routing_key="q")

    with pytest.raises(Nacked):
        publish_many()


def test_oversized_headers_are_refused(connection: Connection) -> None:
    queue(connection)

    with pytest.raises(Invalid, match="headers"):
        Producer(connection).publish({}, routing_key="q", headers={"text": "h" * 200_000})


def test_rejected_with_requeue_comes_again(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish({}, routing_key="q")
    [first] = received(connection, target, count=1)
    first.requeue()

    [second] = received(connection, target, count=1)

    assert second.delivery_info["redelivered"]
    assert second.headers["x-delivery-count"] == 1


def test_rejected_without_requeue_dies(connection: Connection) -> None:
    grave = queue(connection, "grave")
    target = queue(
        connection, **{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "grave"}
    )
    Producer(connection).publish({"n": 1}, routing_key="q")
    [message] = received(connection, target, count=1)

    message.reject()

    [dead] = received(connection, grave, count=1)
    assert dead.headers["x-first-death-reason"] == "rejected"


def test_get_takes_one_or_nothing(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish({"n": 1}, routing_key="q")

    message, nothing = target.get(), target.get()

    assert message.payload == {"n": 1}
    assert nothing is None
    message.ack()


def test_closed_channel_gives_back_what_is_unanswered(connection: Connection) -> None:
    queue(connection)
    Producer(connection).publish({"n": 1}, routing_key="q")
    channel = connection.channel()
    Queue("q")(channel).get()

    channel.close()

    message = Queue("q")(connection.channel()).get()
    assert message.payload == {"n": 1}


def test_acked_together_are_gone(connection: Connection) -> None:
    target = queue(connection)
    producer = Producer(connection)
    for n in range(3):
        producer.publish({"n": n}, routing_key="q")
    messages = received(connection, target, count=3)

    messages[-1].ack(multiple=True)

    connection.default_channel.close()
    assert Queue("q")(connection.channel()).get() is None


def test_consumer_without_acks_leaves_nothing(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish({}, routing_key="q")

    received(connection, target, count=1, no_ack=True)

    assert target.queue_declare(passive=True).message_count == 0


def test_purge_and_delete_tell_how_many(connection: Connection) -> None:
    target = queue(connection)
    producer = Producer(connection)
    producer.publish({}, routing_key="q")
    purged = target.purge()
    producer.publish({}, routing_key="q")

    assert (purged, target.delete()) == (1, 1)


def test_unbound_queue_gets_no_more(connection: Connection) -> None:
    source = Exchange("t", type="topic")(connection.default_channel)
    source.declare()
    target = queue(connection)
    target.bind_to("t", "a.#")
    connection.default_channel.queue_unbind("q", "t", "a.#")

    with pytest.raises(Returned):
        Producer(connection).publish({}, exchange="t", routing_key="a.b", mandatory=True)


def test_whole_topology_declares_itself_twice(connection: Connection) -> None:
    channel = connection.default_channel
    for _ in range(2):
        for exchange in exchanges():
            exchange(channel).declare()
        for each in queues():
            each(channel).declare()

    Producer(connection).publish({}, exchange="invoices", routing_key="overdue.acme")

    assert Queue("ecpay-forwarder")(channel).get() is not None


def test_draining_nothing_times_out(connection: Connection) -> None:
    connection.connect()

    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.01)


def test_undeclared_serializer_is_not_read(connection: Connection) -> None:
    target = queue(connection)
    Producer(connection).publish({"n": 1}, routing_key="q", serializer="yaml")

    [message] = received(connection, target, count=1, accept=["json"])

    with pytest.raises(ContentDisallowed):
        message.decode()


def test_unknown_queue_is_a_fault_of_the_channel(connection: Connection) -> None:
    channel = connection.channel()

    with pytest.raises(connection.channel_errors, match="nonesuch"):
        channel.queue_declare("nonesuch", passive=True)


def test_connection_pool_lends_and_takes_back(connection: Connection) -> None:
    queue(connection)
    pool = connection.Pool(limit=2)

    with pool.acquire(block=True) as lent:
        Producer(lent).publish({}, routing_key="q")

    assert Queue("q")(connection.default_channel).get() is not None
    pool.force_close_all()


def test_embedded_connection_needs_its_broker() -> None:
    with pytest.raises(Misconfigured):
        kombu_connection("embedded://").connect()


def test_absent_broker_is_an_outage() -> None:
    with pytest.raises(Outage):
        kombu_connection("amqp://127.0.0.1:1/")._establish_connection()


def test_registered_url_is_found() -> None:
    register()

    made = kombu.Connection("pika://someone:secret@example.invalid:5673/place")

    assert made.transport.driver_name == "pika"
    assert issubclass(made.transport.channel_errors[0], Fault)
