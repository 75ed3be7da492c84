"""Runs both stand-ins until it is stopped: ``python -m services.sandbox [PORT] [TODAY]``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from datetime import date

from services.sandbox.bootstrap import serve
from shared.clock import SystemClock

DEFAULT_PORT = 8701


def main() -> None:
    """Read port and first simulated day from the command line and serve."""
    arguments = sys.argv[1:]
    port = int(arguments[0]) if arguments else DEFAULT_PORT
    today = date.fromisoformat(arguments[1]) if arguments[1:] else SystemClock().today()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(port, today=today))


if __name__ == "__main__":
    main()
