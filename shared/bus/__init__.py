"""The one door to RabbitMQ: topology, asyncio link, kombu transports, embedded broker."""
