"""The console script in a process of its own: what it prints where, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.command_line import RESTANSE, CommandLine
from tests.harness.sandbox_process import FIRST_DAY, SandboxProcess, running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with running_sandbox() as running:
        yield running


def new_shell(sandbox: SandboxProcess, folder: Path) -> CommandLine:
    database = {"RESTANSE_DATABASE_URL": f"sqlite:///{folder}/restanse.db"}
    made = CommandLine({**sandbox.environment, **database}, folder).on(FIRST_DAY)
    made.run("db", "upgrade")
    return made


def new_company(sandbox: SandboxProcess) -> Any:
    made = sandbox.tripletex("POST", "/companies", {"name": "Nordfjord Rør AS"})
    sandbox.ecpay("POST", "/creditors", {"terms": {"clientId": f"{made['id']}-ecpay"}})
    return made


@pytest.fixture
def shell(sandbox: SandboxProcess, tmp_path: Path) -> CommandLine:
    return new_shell(sandbox, tmp_path)


@pytest.fixture
def company(sandbox: SandboxProcess) -> Any:
    return new_company(sandbox)


@dataclass(frozen=True, slots=True)
class Ready:
    """A shell with one client added, shared by tests that change nothing."""

    shell: CommandLine
    company: Any
    printed: str


@pytest.fixture(scope="module")
def ready(sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    shell = new_shell(sandbox, tmp_path_factory.mktemp("ready"))
    company = new_company(sandbox)
    return Ready(shell, company, add(shell, company))


def add(shell: CommandLine, company: Any, *more: str, exit_code: int = 0) -> str:
    return shell.run(
        *("client", "add", "--id", "nordfjord", "--company-id", str(company["id"])),
        *("--employee-token-file", "-", "--ecpay-client-id", f"{company['id']}-ecpay"),
        *("--start-date", "2026-01-01", *more),
        stdin=company["employee_token"],
        exit_code=exit_code,
    )


def told(shell: CommandLine, *arguments: str) -> tuple[int, str]:
    """Run a command without a terminal; return its exit code and what it said beside data."""
    done = subprocess.run(
        [RESTANSE, *arguments],
        env={**shell._environment()},
        cwd=shell.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_scripted_setup_needs_no_terminal(shell: CommandLine, company: Any) -> None:
    assert "Ready." in add(shell, company)

    shell.run("client", "confirm", "nordfjord", "--yes", "--reason", "agreed")

    (row,) = shell.json("client", "list")
    assert (row["client_id"], row["state"]) == ("nordfjord", "ACTIVE")


def test_the_key_is_never_printed(ready: Ready) -> None:
    printed = ready.printed + ready.shell.run("client", "show", "nordfjord", "-o", "json")

    assert ready.company["employee_token"] not in printed


def test_a_check_is_machine_readable(ready: Ready) -> None:
    answer = ready.shell.json("client", "check", "nordfjord")

    assert answer["exit_code"] == 0
    assert {"step", "step_title", "subject", "verdict", "told", "repeat"} == set(
        answer["findings"][0]
    )


def test_a_wrong_key_exits_with_4(shell: CommandLine, company: Any) -> None:
    printed = add(shell, {**company, "employee_token": "nonsense"}, exit_code=4)

    assert "Not ready. Repeat: step 3." in printed


def test_an_account_that_does_not_exist_exits_with_1(shell: CommandLine, company: Any) -> None:
    printed = add(shell, company, "--account", "fee_income=3999", exit_code=1)

    assert "account 3999 (fees received) does not exist" in printed


def test_systems_that_are_away_exit_with_6(ready: Ready) -> None:
    away = {**ready.shell.environment, "RESTANSE_TRIPLETEX_URL": "http://127.0.0.1:9/v2"}

    CommandLine(away, ready.shell.folder).run("client", "check", "nordfjord", exit_code=6)


def test_a_client_added_twice_exits_with_5(ready: Ready) -> None:
    add(ready.shell, ready.company, exit_code=5)


def test_a_client_there_is_not_exits_with_1(ready: Ready) -> None:
    code, error = told(ready.shell, "client", "show", "nobody")

    assert code == 1
    assert error == "Error: there is no client 'nobody'; 'restanse client list' shows them all\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("client", "confirm", "nordfjord"),
        ("client", "pause", "nordfjord", "--reason", "x"),
        ("task", "close", "1"),
        ("settlement", "release", "1", "--reason", "x"),
    ],
)
def test_what_changes_something_asks_and_refuses_without_a_terminal(
    ready: Ready, arguments: tuple[str, ...]
) -> None:
    code, error = told(ready.shell, *arguments)

    assert code == 2
    assert "add --yes" in error


def test_missing_answers_are_all_named(ready: Ready) -> None:
    code, error = told(ready.shell, "client", "add", "--id", "nordfjord")

    assert code == 2
    assert "--company-id, --employee-token-file, --start-date, --ecpay-client-id" in error


def test_missing_settings_are_all_named(ready: Ready, tmp_path: Path) -> None:
    bare = {"RESTANSE_DATABASE_URL": f"sqlite:///{tmp_path}/restanse.db"}

    code, error = told(CommandLine(bare, ready.shell.folder), "client", "check", "nordfjord")

    assert code == 2
    for name in (
        "TRIPLETEX_CONSUMER_TOKEN",
        "ECPAY_URL",
        "ECPAY_CLIENT_ID",
        "ECPAY_CLIENT_SECRET",
    ):
        assert f"RESTANSE_{name}" in error


def test_an_old_database_says_how_to_mend_it(ready: Ready, tmp_path: Path) -> None:
    empty = {**ready.shell.environment, "RESTANSE_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}

    code, error = told(CommandLine(empty, tmp_path), "client", "list")

    assert code == 2
    assert "restanse db upgrade" in error
    assert told(CommandLine(empty, tmp_path), "db", "check")[0] == 5


def test_what_was_not_foreseen_is_told_in_short(ready: Ready, tmp_path: Path) -> None:
    code, error = told(ready.shell, "event", "validate", str(tmp_path))

    assert code == 1
    assert "Traceback" not in error
    assert "--debug" in error


def test_the_whole_flow_is_seen_and_explained(
    sandbox: SandboxProcess, shell: CommandLine, company: Any
) -> None:
    number = company["id"]
    debtor = {"name": "Bygg AS", "organization_number": "310000035"}
    customer = sandbox.tripletex("POST", f"/companies/{number}/customers", debtor)["id"]
    owed = [
        {"customer_id": customer, "amount": amount, "invoice_date": day, "due_date": day}
        for amount, day in (("10000.00", "2026-08-03"), ("2000.00", "2026-08-10"))
    ]
    sandbox.tripletex("POST", f"/companies/{number}/invoices", {"invoices": owed})
    add(shell, company)
    preview = shell.json("client", "preview", "nordfjord")
    shell.run("client", "confirm", "nordfjord", "--yes")

    shell.run("run", "all", "--until-idle")

    assert preview["total"] == {"amount": "10000.00", "currency": "NOK"}
    (row,) = shell.json("invoice", "list", "--client", "nordfjord", "--state", "HANDED_OVER")
    assert row["next_step"] == "notice of debt collection"
    sent = shell.run("invoice", "explain", row["invoice_number"], "--client", "nordfjord")
    assert f"case number {row['case_number']}" in sent
    kept = shell.json("invoice", "explain", "2", "--client", "nordfjord")
    assert kept["will_be_sent_on"] == "2026-08-25"
    assert shell.json("reconcile")["agrees"] is True


def test_a_held_invoice_is_not_handed_over_until_it_is_released(
    sandbox: SandboxProcess, shell: CommandLine, company: Any
) -> None:
    number = company["id"]
    debtor = {"name": "Bygg AS", "organization_number": "310000035"}
    customer = sandbox.tripletex("POST", f"/companies/{number}/customers", debtor)["id"]
    day = "2026-08-03"
    owed = {"customer_id": customer, "amount": "1000.00", "invoice_date": day, "due_date": day}
    sandbox.tripletex("POST", f"/companies/{number}/invoices", {"invoices": [owed]})
    add(shell, company)
    shell.run("client", "confirm", "nordfjord", "--yes")
    named = ("1", "--client", "nordfjord", "--yes", "--reason", "dispute")

    shell.run("invoice", "hold", *named)
    shell.run("run", "all", "--until-idle")
    assert shell.json("invoice", "list", "--client", "nordfjord")[0]["state"] == "HELD"

    shell.run("invoice", "release", *named)
    shell.run("run", "all", "--until-idle")
    assert shell.json("invoice", "list", "--client", "nordfjord")[0]["state"] == "HANDED_OVER"


def test_differences_are_written_one_a_line(ready: Ready) -> None:
    printed = ready.shell.run("reconcile", "--client", "nordfjord", "-o", "csv")

    assert [*csv.DictReader(io.StringIO(printed))] == []


def test_an_example_is_valid(ready: Ready) -> None:
    shell = ready.shell
    example = shell.run("event", "example", "invoice.overdue")

    shell.run("event", "validate", stdin=example)

    broken = {**json.loads(example), "type": "no.such.type"}
    shell.run("event", "validate", stdin=json.dumps(broken), exit_code=1)


def test_the_doctor_finds_nothing_wrong(ready: Ready) -> None:
    rows = ready.shell.json("doctor")

    assert {row["verdict"] for row in rows} == {"ok"}
    assert rows[-1]["subject"] == "client nordfjord"
