from __future__ import annotations

import pytest

from shared.bus.capabilities import check_queue, read_version
from shared.bus.topology import queues
from shared.faults import Invalid


@pytest.mark.parametrize(
    ("text", "version"),
    [("3.10.8", (3, 10)), ("3.13.7", (3, 13)), ("4.0.5", (4, 0)), ("4.3.0-rc.1", (4, 3))],
)
def test_version_is_read(text: str, version: tuple[int, int]) -> None:
    assert read_version(text) == version


@pytest.mark.parametrize("text", ["3.9.29", "", "unknown"])
def test_too_old_or_unknown_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"3\.10"):
        read_version(text)


@pytest.mark.parametrize(
    "argument", ["x-delayed-retry-type", "x-consumer-timeout", "x-max-lenght", "x-max-priority"]
)
def test_argument_that_would_be_ignored_is_refused(argument: str) -> None:
    with pytest.raises(Invalid, match=argument):
        check_queue("q", {"x-queue-type": "quorum", argument: 1}, server_version=(3, 10))


def test_unknown_queue_type_is_refused() -> None:
    with pytest.raises(Invalid, match="x-queue-type=mirrored"):
        check_queue("q", {"x-queue-type": "mirrored"}, server_version=(4, 0))


@pytest.mark.parametrize("version", [(3, 10), (3, 13), (4, 0), (4, 3)])
def test_our_topology_is_known_to_every_supported_server(version: tuple[int, int]) -> None:
    for queue in queues():
        check_queue(queue.name, queue.queue_arguments, server_version=version)
