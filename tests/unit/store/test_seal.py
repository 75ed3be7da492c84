from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.faults import Invalid, Outage
from shared.store.seal import Sealer

SEALER = Sealer("first key, second key")


@given(st.text())
def test_what_is_sealed_opens_to_the_same(text: str) -> None:
    assert SEALER.open(SEALER.seal(text)).get_secret_value() == text


def test_sealing_twice_gives_two_values() -> None:
    assert SEALER.seal("token") != SEALER.seal("token")


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = Sealer("second key").seal("token")

    assert SEALER.open(old).get_secret_value() == "token"
    assert not SEALER.is_current(old)
    assert SEALER.is_current(SEALER.seal("token"))


def test_a_key_that_is_not_here_is_an_outage_that_names_it() -> None:
    sealed = Sealer("another").seal("token")

    with pytest.raises(Outage, match=sealed[:4].hex()):
        SEALER.open(sealed)


@given(st.integers(min_value=4, max_value=32), st.integers(min_value=1, max_value=255))
def test_a_changed_value_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(SEALER.seal("a token"))
    sealed[place] ^= change

    with pytest.raises(Invalid):
        SEALER.open(bytes(sealed))


def test_without_keys_a_warning_tells_so_once() -> None:
    with capture_logs() as logs:
        development = Sealer("")

    assert [line["log_level"] for line in logs] == ["warning"]
    assert development.open(Sealer(" , ").seal("token")).get_secret_value() == "token"


def test_a_sealer_shows_no_key() -> None:
    assert repr(SEALER) == "Sealer(2 keys)"
