"""A broker inside the process, with the semantics of RabbitMQ that the topology uses."""
