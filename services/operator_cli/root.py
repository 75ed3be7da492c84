"""The root of the command line: a group that imports a command only when it is used.

A file in ``commands`` is a command: its name is the file's, its one-line help is the first line
of the file's docstring, so that ``restanse --help`` imports none of them.
"""

from __future__ import annotations

import importlib
import tokenize
from pathlib import Path

import click

from services.operator_cli import commands

_FOLDER = Path(commands.__path__[0])

EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed
  2    wrong usage or settings, or a question nobody could answer
  3    partly done, or done with warnings or differences
  4    not allowed: credentials or rights do not suffice
  5    conflict: the state has moved on
  6    a dependency is unreachable
  130  interrupted"""


class LazyGroup(click.Group):
    """A group whose commands are the files of a folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands there are."""
        del ctx
        return sorted(_name(file) for file in _FOLDER.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        found = module.command
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        files = sorted(_FOLDER.glob("[a-z]*.py"))
        with formatter.section("Commands"):
            formatter.write_dl([(_name(file), _summary(file)) for file in files])


def _name(file: Path) -> str:
    return file.stem.replace("_", "-")


def _summary(file: Path) -> str:
    with tokenize.open(file) as lines:
        return lines.readline().strip().strip('"').rstrip(".")


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(package_name="restanse", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the details of errors that were not foreseen.")
@click.option("--no-color", is_flag=True, help="Write without colours, as NO_COLOR=1 does.")
@click.option("--no-color-set", "wish", envvar="NO_COLOR", hidden=True)
@click.pass_context
def root(ctx: click.Context, *, debug: bool, no_color: bool, wish: str | None) -> None:
    """Hand overdue Tripletex invoices to ECPay, and book what ECPay settles.

    Data is written to stdout, everything else to stderr. Settings are read from RESTANSE_…
    environment variables. 'restanse COMMAND --help' tells more.
    """
    del debug  # read in __main__, before anything can go wrong
    ctx.color = False if no_color or wish else None  # any value of NO_COLOR counts
