"""Asking a person before something is done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def yes_option(command: Command) -> Command:
    """Give a command ``--yes``."""
    return click.option("-y", "--yes", is_flag=True, help="Do it without asking.")(command)


def reason_option(*, needed: bool) -> Callable[[Command], Command]:
    """Give a command ``--reason``, which lands in the audit log."""
    return click.option(
        "--reason", required=needed, default=None if needed else "", help="Why; kept in the log."
    )


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if a person agrees, or agreed beforehand with ``--yes``.

    Raises:
        click.UsageError: Nobody can be asked, because stdin is not a terminal.
        click.exceptions.Exit: The answer is no.
    """
    if yes:
        return
    if not can_ask():
        raise click.UsageError(f"{question} Nobody can be asked here; add --yes to do it.")
    if not click.confirm(question, err=True):
        click.echo("Nothing was done.", err=True)
        raise click.exceptions.Exit(1)


def can_ask() -> bool:
    """Tell whether a person sits at the other end of stdin."""
    return sys.stdin.isatty()
