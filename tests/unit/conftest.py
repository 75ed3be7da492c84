"""Unit tests open no socket; the event loop's own pair is the exception."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket, socket_allow_hosts


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    socket_allow_hosts([], allow_unix_socket=True)
    yield
    enable_socket()
