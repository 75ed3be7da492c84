"""Log lines: structlog on standard error, one constant phrase plus fields, nothing personal.

A line never holds a secret, a national id, a name, an address or the body of a message. The
redaction here is the net under that rule, not its replacement.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import structlog

from shared.settings import LogFormat

_SECRET_WORDS = (
    "token",
    "secret",
    "password",
    "authorization",
    "email",
    "phone",
    "address",
    "debtor",
    "body",
    "kid",
)
_IDENTITY_NUMBER = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_NOISY = ("httpx", "httpcore", "kombu", "uvicorn.access", "uvicorn.error", "asyncio", "alembic")
_MUTE = ("pika",)
"""Prints a stack trace for every lost line; the link logs what became of it."""


def redacted(value: object) -> object:
    """Return a value with identity numbers and URL credentials masked, at any depth."""
    if isinstance(value, str):
        return _CREDENTIALS_IN_URL.sub("***", _IDENTITY_NUMBER.sub("***********", value))
    if isinstance(value, Mapping):
        return {key: _by_name(str(key), inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [redacted(inner) for inner in value]
    return value


def _by_name(key: str, value: object) -> object:
    words = re.split(r"[^a-z]+", key.lower())
    return "***" if any(word in _SECRET_WORDS for word in words) else redacted(value)


def redact(
    logger: object, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask what must not be in a log line; a structlog processor."""
    del logger, method
    for key in list(line):
        line[key] = _by_name(key, line[key])
    return line


def set_up_logging(form: LogFormat, *, level: int = logging.INFO) -> None:
    """Send every log line of the process through structlog to standard error."""
    shared_steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared_steps, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _route_standard_logging(shared_steps, last, level)


def _route_standard_logging(
    steps: list[structlog.typing.Processor], last: structlog.typing.Processor, level: int
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _MUTE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
