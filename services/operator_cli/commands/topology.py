"""Make a RabbitMQ as this release wants it, and tell how it differs."""

from __future__ import annotations

import click

from services.operator_cli.output import Column, note, output_option, print_rows
from shared.clock import SystemClock

_COLUMNS = (
    Column("KIND", lambda row: row.kind),
    Column("NAME", lambda row: row.name),
    Column("DIFFERENCE", lambda row: row.problem),
)


@click.group(name="topology")
def command() -> None:
    """Make a RabbitMQ as this release wants it, and tell how it differs.

    Works on the broker of RESTANSE_BROKER_URL.
    """


@command.command()
@click.option("--yes", is_flag=True, hidden=True, expose_value=False)
def apply() -> None:
    """Declare exchanges, queues and bindings, and set the policies; can be repeated.

    Nothing is asked, for nothing that holds messages is deleted. Policies are set through the
    management API, or with rabbitmqctl on the machine of the broker; where neither is open, the
    definitions to import are written to stdout and the exit code is 3.
    """
    from services.operator_cli.session import run_async, settings_of_command
    from shared.operations.topology import apply as applied

    url = settings_of_command().broker_url
    done = run_async(applied(url))
    if done.to_import:
        note(f"Queues are declared; the policies are not: {done.why_not}.")
        note("Import what follows with 'rabbitmqctl import_definitions FILE'.")
        click.echo(done.to_import)
        raise click.exceptions.Exit(3)
    note(f"The topology is applied (policies by {done.door.value}).")


@command.command()
@output_option
def check(output: str) -> None:
    """Tell how the broker differs from what this release wants.

    Exit code: 0 it does not differ, 3 it does or not everything could be looked at, 6 it does not
    answer.
    """
    from services.operator_cli.session import run_async, settings_of_command
    from shared.operations.topology import inspect

    found = run_async(inspect(settings_of_command().broker_url))
    if found.differences or output != "table":
        now = SystemClock().now()
        print_rows(found.differences, _COLUMNS, output=output, now=now)
    if found.unchecked:
        note(f"Not everything could be looked at: {found.unchecked}.")
    elif not found.differences:
        note("The broker is as this release wants it.")
    if found.differences or found.unchecked:
        raise click.exceptions.Exit(3)


@command.command()
@click.option(
    "--for",
    "form",
    type=click.Choice(["definitions", "kubernetes"]),
    default="definitions",
    show_default=True,
    help="RabbitMQ definitions, or resources of the Kubernetes topology operator.",
)
@click.option("--vhost", default="/", show_default=True, help="Virtual host to declare in.")
@click.option("--cluster", default="rabbitmq", show_default=True, help="RabbitmqCluster resource.")
def export(form: str, *, vhost: str, cluster: str) -> None:
    """Write the topology for another tool; needs no broker."""
    from shared.operations.topology import export as exported

    click.echo(exported(form, vhost=vhost, cluster=cluster))
