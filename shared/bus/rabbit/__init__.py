"""RabbitMQ over pika's ``AsyncioConnection``: the wire of every service."""
