"""kombu over our two brokers: ``pika://`` to RabbitMQ and ``embedded://`` in process.

For everything synchronous: the publisher kit, command lines, tools. Confirms are always on.
"""
