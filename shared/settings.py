"""What can be set from outside: one frozen object, read once at start.

Every variable is named ``RESTANSE_…``. Unknown names, bad values and what is missing are reported
together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from shared.faults import Misconfigured

PREFIX = "RESTANSE_"
PEERS = ("tripletex_consumer_token", "ecpay_url", "ecpay_client_id", "ecpay_client_secret")
"""What must be set before Tripletex and ECPay can be reached."""


class Environment(StrEnum):
    """Where this runs; production refuses what only makes sense for trying."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


def _scheme(*allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        if not value.startswith(allowed):
            msg = f"must start with {' or '.join(allowed)}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


DatabaseUrl = Annotated[str, _scheme("sqlite://", "postgresql://")]
BrokerUrl = Annotated[str, _scheme("embedded://", "amqp://", "amqps://")]
HttpUrl = Annotated[str, _scheme("http://", "https://")]


class Settings(BaseModel):
    """All settings of all processes.

    Attributes:
        secret_keys: Comma list of key material, any text; the first seals, all open.
        today: Civil date in Europe/Oslo that replaces the clock's; refused in production.
        http_port: Port of health and metrics; 0 is off.
        http_host: Address it is bound to; loopback unless said otherwise.
        drain_seconds: How long work in flight may take after SIGTERM.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: DatabaseUrl = "sqlite:///restanse.db"
    broker_url: BrokerUrl = "embedded://"
    tripletex_url: HttpUrl = "https://tripletex.no/v2"
    tripletex_consumer_token: SecretStr = SecretStr("")
    ecpay_url: HttpUrl | None = None
    ecpay_client_id: str = ""
    ecpay_client_secret: SecretStr = SecretStr("")
    secret_keys: SecretStr = SecretStr("")
    environment: Environment = Environment.DEVELOPMENT
    today: date | None = None
    http_port: int = Field(default=0, ge=0, le=65535)
    http_host: str = "127.0.0.1"
    log_format: LogFormat = LogFormat.CONSOLE
    drain_seconds: float = Field(default=25, ge=0, le=600)

    @model_validator(mode="after")
    def _production_is_strict(self) -> Settings:
        problems = _unfit_for_production(
            self.environment,
            today=self.today is not None,
            secret_keys=bool(self.secret_keys.get_secret_value()),
        )
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _unfit_for_production(environment: str, *, today: bool, secret_keys: bool) -> list[str]:
    """Return what production refuses, a line each."""
    if environment != Environment.PRODUCTION:
        return []
    found = ["RESTANSE_TODAY: replaces the date and is refused in production"] if today else []
    return found if secret_keys else [*found, "RESTANSE_SECRET_KEYS: is needed in production"]


def variable(field: str) -> str:
    """Return the environment variable of a field of the settings."""
    return PREFIX + field.upper()


def read_settings(
    environment: Mapping[str, str] | None = None, *, needed: Sequence[str] = ()
) -> Settings:
    """Read the settings from the environment.

    Args:
        environment: Where they are read from; the environment of the process when not given.
        needed: Fields that must not be empty for what is about to be done.

    Raises:
        Misconfigured: Lists every unknown name, every bad value and everything that is missing,
            without the values.
    """
    given = os.environ if environment is None else environment  # the one place that reads it
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in given.items()
        if name.startswith(PREFIX)
    }
    problems = [f"{variable(field)}: not set" for field in needed if not values.get(field)]
    problems += _unfit_for_production(
        values.get("environment", ""),
        today="today" in values,
        secret_keys=bool(values.get("secret_keys")),
    )
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        told = [one for one in error.errors() if one["loc"]]  # the rest is told above
        problems += [_problem(tuple(one["loc"]), one["type"], one["msg"]) for one in told]
        raise _unusable(problems) from error
    if problems:
        raise _unusable(problems)
    return settings


def _unusable(problems: Sequence[str]) -> Misconfigured:
    lines = "\n".join(f"  {line}" for line in sorted(set(problems)))
    return Misconfigured(f"the settings are not usable:\n{lines}")


def _problem(place: tuple[int | str, ...], kind: str, reason: str) -> str:
    name = variable(str(place[0]))
    if kind == "extra_forbidden":
        return f"{name}: no such setting; 'docs/settings.md' lists them all"
    return f"{name}: {reason.removeprefix('Value error, ')}"
