"""Look at everything the installation needs: database, broker, both systems, every client."""

from __future__ import annotations

from typing import Any

import click

from services.operator_cli.output import Column, note, output_option, print_rows

_COLUMNS = (
    Column("WHAT", lambda row: row.subject),
    Column("STATE", lambda row: row.verdict),
    Column("FOUND", lambda row: row.told),
    Column("WHAT TO DO", lambda row: row.repeat or "-"),
)


@click.command(name="doctor")
@output_option
def command(output: str) -> None:
    """Look at everything the installation needs: database, broker, both systems, every client.

    Exit code: 0 all is well, 6 something does not answer, 4 a key or right does not suffice, 1
    something else is wrong, 3 warnings only.
    """
    from services.operator_cli.session import settings_of_command, with_desk
    from shared.operations.doctor import diagnose
    from shared.store.migrate import check

    settings = settings_of_command()

    async def look(desk: Any) -> Any:
        found = await diagnose(
            desk,
            broker_url=settings.broker_url,
            check_schema=lambda: check(settings.database_url),
        )
        return found, desk.clock.now()

    found, now = with_desk(look)
    print_rows(found.examined, _COLUMNS, output=output, now=now)
    note("All is well." if found.exit_code == 0 else "Not all is well.")
    raise click.exceptions.Exit(found.exit_code)
