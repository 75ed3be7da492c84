"""Install the servers before the tests, whose timeouts are too short for a download.

Run it with ``python -m tests.harness.servers``; it fails when a server is missing afterwards.
"""

from __future__ import annotations

import sys

from tests.harness.postgres_node import MissingPostgres, find_binaries
from tests.harness.rabbitmq_node import MissingRabbitMq, find_rabbitmq


def main() -> int:
    try:
        find_rabbitmq()
        find_binaries()
    except (MissingRabbitMq, MissingPostgres) as missing:
        print(missing, file=sys.stderr)  # noqa: T201 -- a program
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
