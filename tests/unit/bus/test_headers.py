from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.bus.headers import ALLOWED, outgoing
from shared.bus.limits import HEADER_LIMIT, header_size
from shared.bus.port import Outgoing

RECEIVED = {
    "x-death": [{"queue": "q", "count": 1}],
    "x-first-death-reason": "rejected",
    "x-delivery-count": 3,
    "CC": ["elsewhere"],
    "BCC": ["elsewhere"],
    "something-else": "kept by nobody",
    "attempt": 2,
}


def test_only_allowed_names_leave() -> None:
    assert dict(outgoing(RECEIVED)) == {"attempt": 2}


def test_named_headers_win_over_received_ones() -> None:
    assert dict(outgoing(RECEIVED, attempt=3)) == {"attempt": 3}


def test_none_leaves_a_header_out() -> None:
    assert dict(outgoing(RECEIVED, attempt=None)) == {}


def test_no_broker_header_is_on_the_list() -> None:
    assert not [name for name in ALLOWED if name.startswith("x-")]


@given(st.dictionaries(st.sampled_from(sorted(ALLOWED)), st.text(min_size=1000) | st.integers()))
def test_every_header_at_its_longest_fits_the_limit(wanted: dict[str, object]) -> None:
    message = Outgoing("e", "k", b"", "id", headers=outgoing(wanted))

    assert header_size(message) <= HEADER_LIMIT


def test_all_headers_full_of_wide_letters_fit_the_limit() -> None:
    message = Outgoing("e", "k", b"", "id", headers=outgoing(dict.fromkeys(ALLOWED, "€" * 2000)))

    assert header_size(message) <= HEADER_LIMIT


def test_text_is_cut_between_letters() -> None:
    [text] = outgoing(fault_code="å" * 500).values()

    assert text == "å" * 80
