"""A private RabbitMQ: own name, ports, data directory, cookie and epmd.

It is started from the installed binaries and touches nothing else on the machine, so that a test
may kill it. Debian 12 (3.10.8) and Debian 13 (4.0) lay their files out alike. Where the server is
missing it is installed by apt as root; else the run fails and says what is missing.

Fixtures: ``rabbitmq_node`` (the node), ``rabbitmq`` (its AMQP URL; one per session) and
``rabbitmq_vhost`` (the URL of an empty virtual host of the test's own).
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from shared.bus.capabilities import Version, read_version
from tests.harness.debian import found_or_installed

HOST = "127.0.0.1"
USER = PASSWORD = "guest"
START_TRIES = 3
START_POLLS = 1200
POLL_SECONDS = 0.05


class MissingRabbitMq(RuntimeError):
    """RabbitMQ is not installed and could not be installed."""


class NodeError(RuntimeError):
    """The node, or a command to it, did not do what a test relies on."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a node listens on."""

    amqp: int
    management: int
    distribution: int
    epmd: int


class RabbitMqNode:
    """One broker process that a test may stop, kill and start again on the same data."""

    def __init__(self, sbin: Path, home: Path) -> None:
        self.home = home
        self.ports = _free_ports()
        self.name = f"restanse-{uuid.uuid4().hex[:8]}@localhost"
        self._sbin = sbin
        self._server: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None

    def url(self, vhost: str = "/") -> str:
        """Return the AMQP URL of a virtual host, with where its management API listens."""
        place = f"{HOST}:{self.ports.amqp}/{quote(vhost, safe='')}"
        return f"amqp://{USER}:{PASSWORD}@{place}?management={self.management_url}"

    @property
    def management_url(self) -> str:
        """Return the root of the management API."""
        return f"http://{HOST}:{self.ports.management}"

    @property
    def version(self) -> Version:
        """Return the version of the server."""
        return read_version(self.call("GET", "/overview")["rabbitmq_version"])

    def start(self) -> None:
        """Start the node and wait until it serves AMQP and management."""
        for tries_left in reversed(range(START_TRIES)):
            self._launch()
            if self._await_ready():
                return
            self.stop()
            if tries_left and not (self.home / "data").exists():
                self.ports = _free_ports()
        raise NodeError(f"RabbitMQ did not start; the end of its log:\n{self._log_tail()}")

    def stop(self) -> None:
        """End the node in good order, and its epmd."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Kill the node at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the node in good order and start it on the same data and ports."""
        self.stop()
        self.start()

    @property
    def ctl_command(self) -> tuple[str, ...]:
        """Return the command line that reaches this node from any environment."""
        settings = [f"{name}={value}" for name, value in self._environment().items()]
        return ("env", "-i", *settings, str(self._sbin / "rabbitmqctl"), "-n", self.name)

    def ctl(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` against this node and return what it printed."""
        command = [str(self._sbin / "rabbitmqctl"), "-q", "-n", self.name, *arguments]
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NodeError(f"rabbitmqctl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Call the management API; ``path`` starts after ``/api``."""
        connection = http.client.HTTPConnection(HOST, self.ports.management, timeout=30)
        try:
            credentials = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            headers = {"authorization": f"Basic {credentials}", "content-type": "application/json"}
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/api{path}", content, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= http.client.BAD_REQUEST:
            raise NodeError(f"{method} {path}: {response.status} {answer.decode()}")
        return json.loads(answer) if answer else None

    def add_vhost(self, name: str) -> str:
        """Make an empty virtual host and return its AMQP URL."""
        self.call("PUT", f"/vhosts/{name}", {})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self.call("PUT", f"/permissions/{name}/{USER}", everything)
        return self.url(name)

    def drop_vhost(self, name: str) -> None:
        """Delete a virtual host with all it holds."""
        self.call("DELETE", f"/vhosts/{name}")

    def _launch(self) -> None:
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        (self.home / "rabbitmq.conf").write_text(self._configuration())
        (self.home / "plugins").write_text("[rabbitmq_management].")
        environment = self._environment()
        epmd = shutil.which("epmd") or "epmd"
        # A foreground epmd of our own ends with the node; one that erl starts would stay behind.
        self._epmd = _spawn([epmd, "-address", HOST], environment, self.home / "log/epmd.out")
        command = [str(self._sbin / "rabbitmq-server")]
        self._server = _spawn(command, environment, self.home / "log/console.out")

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"listeners.tcp.local = {HOST}:{self.ports.amqp}",
                f"management.tcp.ip = {HOST}",
                f"management.tcp.port = {self.ports.management}",
                "management_agent.disable_metrics_collector = true",
                "disk_free_limit.absolute = 50MB",
                "vm_memory_high_watermark.absolute = 1GB",
                "log.file.level = warning",
                "",
            ]
        )

    def _environment(self) -> dict[str, str]:
        erlang = str(Path(shutil.which("erl") or "/usr/bin/erl").parent)
        return {
            "PATH": f"{erlang}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self.home),  # the cookie lives here
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_USE_LONGNAME": "false",
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(self.home / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / "pid"),
        }

    def _await_ready(self) -> bool:
        never = threading.Event()
        for _ in range(START_POLLS):
            if self._server is None or self._server.poll() is not None:
                return False
            if self._answers():
                return True
            never.wait(POLL_SECONDS)
        return False

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.ports.amqp), timeout=1).close()
            self.call("GET", "/vhosts")
        except (OSError, http.client.HTTPException, NodeError):
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        for process in (self._server, self._epmd):
            if process is not None:
                _end_group(process, how)
        self._server = self._epmd = None

    def _log_tail(self) -> str:
        logs = sorted((self.home / "log").glob("*"))
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in logs)


def find_rabbitmq() -> Path:
    """Return the folder of the server's own scripts, installing the package when root may.

    Debian's wrapper in ``/usr/sbin`` changes to the user ``rabbitmq``; the scripts beside the
    server run as whoever calls them.

    Raises:
        MissingRabbitMq: There is none and it could not be installed.
    """
    found = found_or_installed(_installed, "rabbitmq-server")
    if found is None:
        raise MissingRabbitMq(
            "these tests need RabbitMQ: the program 'rabbitmq-server' (Debian package "
            "rabbitmq-server) is missing and could not be installed; install it or run as root"
        )
    return found


def _installed() -> Path | None:
    on_path = shutil.which("rabbitmq-server", path="/usr/sbin:/usr/bin:/usr/local/sbin") or (
        shutil.which("rabbitmq-server")
    )
    beside = [Path(on_path).resolve().parent] if on_path else []
    packaged = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
    for sbin in [*packaged, *beside]:
        if (sbin / "rabbitmq-env").exists() and (sbin.parent / "plugins").is_dir():
            return sbin
    return None


def _free_ports() -> Ports:
    sockets = [socket.socket() for _ in range(4)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return Ports(*(each.getsockname()[1] for each in sockets))
    finally:
        for each in sockets:
            each.close()


def _spawn(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _end_group(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    for signalled in (how, signal.SIGKILL):
        try:
            os.killpg(process.pid, signalled)
            process.wait(timeout=30)
        except ProcessLookupError:
            process.wait(timeout=30)
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def running_rabbitmq() -> Iterator[RabbitMqNode]:
    """Run a private node for the length of a block."""
    home = Path(tempfile.mkdtemp(prefix="restanse-rabbitmq-"))
    node = RabbitMqNode(find_rabbitmq(), home)
    try:
        node.start()
        yield node
    finally:
        node.kill9()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def rabbitmq_node() -> Iterator[RabbitMqNode]:
    """One node for the session; a test that kills it starts it again."""
    with running_rabbitmq() as node:
        yield node


@pytest.fixture(scope="session")
def rabbitmq(rabbitmq_node: RabbitMqNode) -> str:
    """Return the AMQP URL of the session's node."""
    return rabbitmq_node.url()


@pytest.fixture
def rabbitmq_vhost(rabbitmq_node: RabbitMqNode) -> Iterator[str]:
    """Give the AMQP URL of an empty virtual host that only this test uses."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield rabbitmq_node.add_vhost(name)
    rabbitmq_node.drop_vhost(name)
