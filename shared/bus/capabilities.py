"""What a server can do, by its version; what it would silently ignore, we refuse.

RabbitMQ 3.10 accepts arguments it does not know without a word, so a queue could be thought to
have a limit that it has not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from shared.faults import Invalid

Version: TypeAlias = tuple[int, int]

OLDEST: Final[Version] = (3, 10)

_QUEUE_ARGUMENTS: Final[Mapping[str, Version]] = {
    "x-queue-type": (3, 8),
    "x-single-active-consumer": (3, 8),
    "x-quorum-initial-group-size": (3, 8),
    "x-max-length": (3, 8),
    "x-overflow": (3, 8),
    "x-delivery-limit": (3, 8),
    "x-dead-letter-exchange": (3, 8),
    "x-dead-letter-routing-key": (3, 8),
    "x-dead-letter-strategy": (3, 10),
    "x-message-ttl": (3, 10),
    "x-expires": (3, 8),
    "x-max-age": (3, 9),
}
_QUEUE_TYPES: Final[Mapping[str, Version]] = {
    "classic": (3, 8),
    "quorum": (3, 8),
    "stream": (3, 9),
}


def read_version(text: str) -> Version:
    """Read the server's version as it stands in its connection properties.

    Raises:
        Invalid: It is not a version, or older than what we support.
    """
    found = re.match(r"(\d+)\.(\d+)", text)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < OLDEST:
        raise Invalid(
            f"the broker says it is version {text!r}; RabbitMQ {OLDEST[0]}.{OLDEST[1]} or later "
            "is needed",
            dependency="broker",
        )
    return version


def check_queue(name: str, arguments: Mapping[str, object], *, server_version: Version) -> None:
    """Refuse a queue that this server would make otherwise than asked.

    Raises:
        Invalid: Names the argument.
    """
    for argument in arguments:
        since = _QUEUE_ARGUMENTS.get(argument)
        if since is None or server_version < since:
            _refuse(name, argument, server_version)
    kind = str(arguments.get("x-queue-type", "classic"))
    if server_version < _QUEUE_TYPES.get(kind, (99, 0)):
        _refuse(name, f"x-queue-type={kind}", server_version)


def _refuse(name: str, argument: str, version: Version) -> None:
    raise Invalid(
        f"queue {name!r} is not declared: RabbitMQ {version[0]}.{version[1]} does not know "
        f"{argument!r} and would ignore it without a word",
        dependency="broker",
        field=argument,
    )
