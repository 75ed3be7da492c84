"""The set-up of a client as a conversation: what is missing is asked for, in order.

Every question is an option of ``restanse client add`` as well, so that a set-up can be scripted;
where nobody can be asked, all that is missing is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from services.operator_cli.confirm import can_ask


class CivilDate(click.ParamType[date]):
    """A date as it is written in both systems, YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read a date."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a civil date
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2026-01-31", param, ctx)


class Kroner(click.ParamType[Decimal]):
    """An amount in NOK with at most two decimals."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read an amount."""
        try:
            amount = Decimal(str(value).replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount; write it like 250 or 249.50", param, ctx)
        if not amount.is_finite():
            self.fail(f"{value!r} is not an amount", param, ctx)
        return amount


class AccountMapping(click.ParamType[tuple[str, int]]):
    """PURPOSE=NUMBER, for example fee_income=3905."""

    name = "purpose=number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Read a mapping."""
        if isinstance(value, tuple):
            return value
        purpose, _, number = str(value).partition("=")
        if not purpose or not number.isdecimal():
            self.fail(f"{value!r} is not PURPOSE=NUMBER, for example fee_income=3905", param, ctx)
        return purpose.strip().replace("-", "_"), int(number)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the set-up.

    Attributes:
        key: Name of the answer.
        option: The option that answers it.
        asks: The question, as a person reads it.
        kind: What the answer is.
        before: What a person must know or do first; shown once, as a heading with text.
        hidden: Do not show what is typed.
        default: The answer when just Enter is pressed; a question with none must be answered.
    """

    key: str
    option: str
    asks: str
    kind: click.ParamType[Any] = click.STRING
    before: str = ""
    hidden: bool = False
    default: str | None = None


QUESTIONS = (
    Question(
        "client_id",
        "--id",
        "Short name for this client (lower-case letters, digits, hyphens)",
    ),
    Question("name", "--name", "Name of the company"),
    Question(
        "company_id",
        "--company-id",
        "Number of the company in Tripletex (Company > Company information)",
        click.INT,
        before="""
Step 1 of 4: order the module "API 2.0"
  In Tripletex, log in as administrator and open Company > Our subscription > Modules.
  Order "API 2.0". Without it the key below can log in, but read nothing.
""",
    ),
    Question(
        "employee_token",
        "--employee-token-file",
        "Client key (it is not shown, and is encrypted at once)",
        before="""
Step 2 of 4: give an employee access to the API
  Open Employees, choose an employee, and under Access tick:
  invoices, customers, customer ledger, vouchers and "Advanced voucher".

Step 3 of 4: make the client key
  Open Company > Integrations > API access, choose that employee and the application
  Restanse, and make a key. Tripletex shows it once.
  An accounting office may use its own key, if the office has access to the company.
""",
        hidden=True,
    ),
    Question(
        "start_date",
        "--start-date",
        "Start date (YYYY-MM-DD)",
        CivilDate(),
        before="""
Step 4 of 4: choose the start date
  Invoices due on or after this date are followed up. Nothing is sent before you have seen a
  preview and confirmed it.
""",
    ),
    Question(
        "ecpay_client_id",
        "--ecpay-client-id",
        "Id of the agreement at ECPay (ECPay told you when the agreement was made)",
    ),
)


def complete(given: Mapping[str, Any], read_token: Callable[[str], Any]) -> dict[str, Any]:
    """Return the answers given, with those that are missing asked for.

    Args:
        given: Answers by key; None is missing.
        read_token: Wraps a typed token.

    Raises:
        click.UsageError: Something is missing and nobody can be asked; names all of it.
    """
    missing = [question for question in QUESTIONS if given.get(question.key) is None]
    needed = [question for question in missing if question.key != "name"]
    if needed and not can_ask():
        named = ", ".join(question.option for question in needed)
        raise click.UsageError(f"nobody can be asked here, and these are missing: {named}")
    answers = dict(given)
    for question in missing if needed else ():
        answer = _ask(question)
        answers[question.key] = read_token(answer) if question.hidden else answer
    return answers


def _ask(question: Question) -> Any:
    if question.before:
        click.echo(question.before, err=True)
    return click.prompt(
        question.asks,
        type=question.kind,
        hide_input=question.hidden,
        default=question.default,
        err=True,
    )
