"""Look up the messages Restanse speaks, see an example, and check one of your own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from services.operator_cli.output import Column, note, output_option, print_rows
from shared.clock import SystemClock

_COLUMNS = (
    Column("TYPE", lambda row: row.type),
    Column("EXCHANGE", lambda row: row.exchange),
    Column("ROUTING KEY", lambda row: row.routing_key),
    Column("WHAT IT SAYS", lambda row: row.summary),
)


@click.group(name="event")
def command() -> None:
    """Look up the messages Restanse speaks, and check one of your own.

    Needs no broker and no database.
    """


@command.command(name="list")
@output_option
def list_events(output: str) -> None:
    """List every type of message."""
    from shared.operations.events import list_event_types

    print_rows(list_event_types(), _COLUMNS, output=output, now=SystemClock().now())


@command.command()
@click.argument("event_type", metavar="TYPE")
def example(event_type: str) -> None:
    """Print an example of a type, ready to be changed and sent.

    TYPE is the full name or a part of it that fits one type only, for example invoice.overdue.
    """
    from shared.operations.events import example_of

    click.echo(example_of(event_type))


@command.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
def validate(files: tuple[Path, ...]) -> None:
    """Check messages in FILES, or on stdin, against the contract.

    A file holds one message, a JSON array of messages, or one message a line. Each fault is
    written with its file, line and field; the exit code is 1 when there is any.
    """
    from shared.operations.events import check_messages

    checked, broken = 0, 0
    for file in files or (Path("-"),):
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        for finding in check_messages(content):
            checked += 1
            broken += finding.problem is not None
            if finding.problem is not None:
                click.echo(f"{file}:{finding.line}: {finding.problem}", err=True)
    note(f"{checked} checked, {broken} broken")
    if broken or not checked:
        raise click.exceptions.Exit(1)
