from __future__ import annotations

from datetime import date

import pytest

from shared.faults import Misconfigured
from shared.settings import PEERS, Environment, LogFormat, Settings, read_settings


def test_nothing_set_means_trying_it_out() -> None:
    settings = read_settings({"PATH": "/bin"})

    assert settings == Settings()
    assert settings.broker_url == "embedded://"
    assert settings.environment is Environment.DEVELOPMENT


def test_values_are_read_by_their_documented_names() -> None:
    settings = read_settings(
        {
            "RESTANSE_BROKER_URL": "amqps://mq.example",
            "RESTANSE_TODAY": "2026-08-18",
            "RESTANSE_LOG_FORMAT": "json",
            "RESTANSE_DRAIN_SECONDS": "3.5",
        }
    )

    assert settings.broker_url == "amqps://mq.example"
    assert settings.today == date(2026, 8, 18)
    assert settings.log_format is LogFormat.JSON
    assert settings.drain_seconds == pytest.approx(3.5)


def test_every_problem_is_reported_at_once_by_name() -> None:
    wrong = {
        "RESTANSE_BROKER_URL": "http://mq.example",
        "RESTANSE_TODAY": "yesterday",
        "RESTANSE_HTTP_PORT": "99999",
        "RESTANSE_DATABSE_URL": "sqlite://",
    }

    with pytest.raises(Misconfigured) as raised:
        read_settings(wrong)

    assert all(name in raised.value.message for name in wrong)
    assert raised.value.exit_code == 2


def test_what_is_missing_is_reported_with_what_is_wrong() -> None:
    wrong = {"RESTANSE_HTTP_PORT": "99999", "RESTANSE_BOGUS": "1"}

    with pytest.raises(Misconfigured) as raised:
        read_settings(wrong, needed=PEERS)

    assert raised.value.message.splitlines()[1:] == [
        "  RESTANSE_BOGUS: no such setting; 'docs/settings.md' lists them all",
        "  RESTANSE_ECPAY_CLIENT_ID: not set",
        "  RESTANSE_ECPAY_CLIENT_SECRET: not set",
        "  RESTANSE_ECPAY_URL: not set",
        "  RESTANSE_HTTP_PORT: Input should be less than or equal to 65535",
        "  RESTANSE_TRIPLETEX_CONSUMER_TOKEN: not set",
    ]


def test_production_tells_all_it_refuses_at_once() -> None:
    wrong = {
        "RESTANSE_ENVIRONMENT": "production",
        "RESTANSE_TODAY": "2026-01-01",
        "RESTANSE_HTTP_PORT": "-1",
    }

    with pytest.raises(Misconfigured) as raised:
        read_settings(wrong)

    named = [line.strip().partition(":")[0] for line in raised.value.message.splitlines()[1:]]
    assert named == ["RESTANSE_HTTP_PORT", "RESTANSE_SECRET_KEYS", "RESTANSE_TODAY"]


def test_a_problem_never_shows_the_value() -> None:
    with pytest.raises(Misconfigured) as raised:
        read_settings({"RESTANSE_DATABASE_URL": "mysql://user:hunter2@db"})

    assert "hunter2" not in raised.value.message


def test_production_refuses_a_replaced_date() -> None:
    with pytest.raises(Misconfigured, match="RESTANSE_TODAY"):
        read_settings({"RESTANSE_ENVIRONMENT": "production", "RESTANSE_TODAY": "2026-01-01"})


def test_production_needs_keys_for_stored_tokens() -> None:
    with pytest.raises(Misconfigured, match="RESTANSE_SECRET_KEYS"):
        read_settings({"RESTANSE_ENVIRONMENT": "production"})


def test_secrets_do_not_show_when_printed() -> None:
    settings = read_settings({"RESTANSE_ECPAY_CLIENT_SECRET": "hunter2"})

    assert "hunter2" not in repr(settings)
