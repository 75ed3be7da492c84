"""Entry of the command line: faults become plain words and an exit code.

Exit codes: 0 ok, 1 failed, 2 usage or settings, 3 partly, 4 not allowed, 5 conflict, 6 a
dependency is unreachable, 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

import click

from services.operator_cli.root import root
from shared.faults import Fault

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and end the process with its exit code."""
    arguments = sys.argv[1:]
    if "--debug" not in arguments:
        sys.excepthook = _in_short
    sys.exit(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong is told on stderr."""
    try:
        answer = root.main(args=list(arguments), prog_name="restanse", standalone_mode=False)
    except click.Abort:
        click.echo("Interrupted; nothing more was done.", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Fault as fault:
        click.echo(f"Error: {fault.message}", err=True)
        return fault.exit_code
    return answer if isinstance(answer, int) else 0


def _in_short(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Tell of an error nobody foresaw; Python ends the process with exit code 1 after it."""
    del trace
    told = traceback.format_exception_only(kind, error)[-1].strip()
    click.echo(
        f"Error: something went wrong that was not foreseen: {told}\n"
        "This is a fault in Restanse; run the command again with --debug for the details.",
        err=True,
    )


if __name__ == "__main__":
    main()
