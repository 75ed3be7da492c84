"""What can be set from outside: one frozen object, read once at start.

Every variable is named ``RESTANSE_…``. Unknown names and bad values are reported together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
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
        secret_keys: Comma list of base64 keys of 32 bytes; the first encrypts, all decrypt.
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
        if self.environment is Environment.PRODUCTION and self.today is not None:
            msg = "RESTANSE_TODAY replaces the date and is refused in production"
            raise ValueError(msg)
        if self.environment is Environment.PRODUCTION and not self.secret_keys.get_secret_value():
            msg = "RESTANSE_SECRET_KEYS is needed in production"
            raise ValueError(msg)
        return self


def variable(field: str) -> str:
    """Return the environment variable of a field of the settings."""
    return PREFIX + field.upper()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        Misconfigured: Lists every unknown name and every bad value, without the value.
    """
    given = os.environ if environment is None else environment  # the one place that reads it
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in given.items()
        if name.startswith(PREFIX)
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = sorted(_problem(tuple(e["loc"]), e["type"], e["msg"]) for e in error.errors())
        msg = "the settings are not usable:\n" + "\n".join(f"  {line}" for line in problems)
        raise Misconfigured(msg) from error


def _problem(place: tuple[int | str, ...], kind: str, reason: str) -> str:
    name = variable(str(place[0])) if place else "settings"
    if kind == "extra_forbidden":
        return f"{name}: no such setting; 'docs/settings.md' lists them all"
    return f"{name}: {reason.removeprefix('Value error, ')}"
