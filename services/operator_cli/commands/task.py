"""See what a person must decide, and close what was decided."""

from __future__ import annotations

from typing import Any

import click

from services.operator_cli.confirm import confirm, yes_option
from services.operator_cli.output import Column, note, output_option, print_record, print_rows

_COLUMNS = (
    Column("TASK", lambda row: row.id, right=True),
    Column("CLIENT", lambda row: row.client_id),
    Column("KIND", lambda row: row.kind),
    Column("TITLE", lambda row: row.title),
    Column("AMOUNT", lambda row: row.amount, right=True),
    Column("OPENED", lambda row: row.opened_at),
)


@click.group(name="task")
def command() -> None:
    """See what a person must decide, and close what was decided."""


@command.command(name="list")
@click.option("--client", "client_id", help="Only this client's.")
@click.option("--closed", is_flag=True, help="The closed ones instead of the open ones.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@output_option
def list_tasks(client_id: str | None, *, closed: bool, limit: int, output: str) -> None:
    """List open tasks, oldest first."""
    from services.operator_cli.session import with_store
    from shared.operations import tasks

    async def read(store: Any, clock: Any) -> Any:
        found = await tasks.list_tasks(store, client_id=client_id, closed=closed, limit=limit)
        return found, clock.now()

    rows, now = with_store(read)
    print_rows(rows, _COLUMNS, output=output, now=now)


@command.command()
@click.argument("task_id", type=int, metavar="TASK")
@output_option
def show(task_id: int, output: str) -> None:
    """Show one task and what to do about it."""
    from services.operator_cli.session import with_store
    from shared.operations import tasks

    async def read(store: Any, clock: Any) -> Any:
        return await tasks.show_task(store, task_id), clock.now()

    row, now = with_store(read)
    print_record(row, output=output, now=now)


@command.command()
@click.argument("task_ids", type=int, nargs=-1, required=True, metavar="TASK...")
@click.option("--note", "told", default="", help="What was decided; kept with the task.")
@yes_option
def close(task_ids: tuple[int, ...], told: str, *, yes: bool) -> None:
    """Close tasks that were dealt with.

    Exit code 3 when some were closed and others not.
    """
    from services.operator_cli.session import actor, with_store
    from shared.operations import tasks
    from shared.operations.acts import Act

    confirm(f"Close {len(task_ids)} task{'s' * (len(task_ids) > 1)}?", yes=yes)

    async def act(store: Any, clock: Any) -> Any:
        return await tasks.close_tasks(store, task_ids, by=Act(actor(), clock.now(), told))

    closed, refused = with_store(act)
    note(f"{len(closed)} closed.")
    for fault in refused:
        note(f"Error: {fault.message}")
    if refused:
        raise click.exceptions.Exit(3 if closed else refused[0].exit_code)
