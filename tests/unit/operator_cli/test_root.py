"""The tree of commands, and what becomes of faults."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from services.operator_cli.__main__ import run
from services.operator_cli.root import root


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name)
        if isinstance(found, click.Group):
            yield from walk(found, (*path, name))


COMMANDS = list(walk(root))


def test_the_root_lists_every_command_with_what_it_does() -> None:
    told = CliRunner().invoke(root, ["--help"]).output

    for name in root.list_commands(click.Context(root)):
        assert f"  {name} " in told
    assert "Exit codes:" in told


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_that_reads_well(command: tuple[str, ...]) -> None:
    told = CliRunner().invoke(root, [*command, "--help"])

    assert told.exit_code == 0
    first = told.output.split("\n\n")[1].strip()
    assert first[0].isupper()
    assert first.rstrip(".") != first


@pytest.mark.parametrize("word", ["nothing", "__init__", "../root"])
def test_a_command_there_is_not_is_wrong_usage(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([word]) == 2
    assert "No such command" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "pydantic", "httpx", "rich", "kombu", "pika", "starlette")
    program = (
        "import sys; from services.operator_cli.__main__ import run; run(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"


def test_all_wrong_settings_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESTANSE_BROKER_URL", "ftp://nowhere")
    monkeypatch.setenv("RESTANSE_NONSENSE", "1")

    assert run(["client", "list"]) == 2
    told = capsys.readouterr().err
    assert "RESTANSE_BROKER_URL" in told
    assert "RESTANSE_NONSENSE" in told
