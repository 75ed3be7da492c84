"""Bring the database to the schema of this release, and tell where it is."""

from __future__ import annotations

import click

from services.operator_cli.output import note


@click.group(name="db")
def command() -> None:
    """Bring the database to the schema of this release, and tell where it is.

    Works on the database of RESTANSE_DATABASE_URL.
    """


@command.command()
def upgrade() -> None:
    """Make or change the tables as this release needs them; can be repeated."""
    from services.operator_cli.session import run_async, settings_of_command
    from shared.store.migrate import upgrade as upgraded

    revision = run_async(upgraded(settings_of_command().database_url))
    note(f"The database is at revision {revision}.")


@command.command()
def current() -> None:
    """Print the revision that the database is at; 'none' before the first upgrade."""
    from services.operator_cli.session import run_async, settings_of_command
    from shared.store.migrate import current as found

    click.echo(run_async(found(settings_of_command().database_url)) or "none")


@command.command()
def check() -> None:
    """Tell whether the database is at the revision of this release.

    Exit code: 0 it is, 5 it is at another one, 6 the database does not answer.
    """
    from services.operator_cli.session import run_async, settings_of_command
    from shared.store.migrate import check as checked

    run_async(checked(settings_of_command().database_url))
    note("The database is at the revision of this release.")
