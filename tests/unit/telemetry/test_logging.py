from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.settings import LogFormat
from shared.telemetry.logging import redact, redacted, set_up_logging


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_identity_number_is_masked_at_any_depth() -> None:
    assert redacted({"note": ["paid by 01017012345"]}) == {"note": ["paid by ***********"]}


def test_an_amount_or_an_id_is_not_mistaken_for_an_identity_number() -> None:
    assert redacted("tt:4711:inv:2147541923 100000.00") == "tt:4711:inv:2147541923 100000.00"


def test_credentials_in_an_address_are_masked() -> None:
    assert redacted("amqp://user:hunter2@host/") == "amqp://***@host/"


@pytest.mark.parametrize("key", ["session_token", "clientSecret", "email", "debtor", "kid"])
def test_a_field_named_for_something_private_is_masked(key: str) -> None:
    words = key.replace("clientSecret", "client_secret")

    assert redact(None, "info", {words: "hunter2"}) == {words: "***"}


def test_a_log_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(LogFormat.JSON)

    structlog.get_logger().info("claim registered", claim_reference="tt:1:inv:2", token="hunter2")

    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "claim registered"
    assert line["claim_reference"] == "tt:1:inv:2"
    assert line["token"] == "***"


def test_other_libraries_lines_take_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(LogFormat.JSON)

    logging.getLogger("elsewhere").warning("paid by 01017012345")

    assert json.loads(capsys.readouterr().err)["event"] == "paid by ***********"
