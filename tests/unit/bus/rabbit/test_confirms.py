from __future__ import annotations

from shared.bus.port import Outgoing, Published
from shared.bus.rabbit.confirms import ConfirmWindow, Outcomes, Ticket

CONFIRMED, NACKED = Published.CONFIRMED, Published.NACKED
RETURNED, UNKNOWN = Published.RETURNED, Published.UNKNOWN


def sent(count: int, *, exchange: str = "e") -> tuple[ConfirmWindow, Outcomes]:
    window, outcomes = ConfirmWindow(), Outcomes(count)
    for index in range(count):
        window.add(Ticket(Outgoing(exchange, "k", b"12", f"m{index}"), outcomes, index))
    return window, outcomes


async def test_single_answers_settle_one_each() -> None:
    window, outcomes = sent(3)

    window.answer(2, CONFIRMED, multiple=False)

    assert list(outcomes.result()) == [UNKNOWN, CONFIRMED, UNKNOWN]
    assert not outcomes.complete.done()
    assert (len(window), window.body_bytes) == (2, 4)


async def test_multiple_settles_everything_up_to_its_tag() -> None:
    window, outcomes = sent(4)
    window.answer(2, NACKED, multiple=False)

    window.answer(3, CONFIRMED, multiple=True)

    assert list(outcomes.result()) == [CONFIRMED, NACKED, CONFIRMED, UNKNOWN]


async def test_all_answers_complete_the_call() -> None:
    window, outcomes = sent(2)

    window.answer(2, CONFIRMED, multiple=True)

    assert outcomes.complete.done()
    assert (len(window), window.body_bytes) == (0, 0)


async def test_return_before_the_ack_makes_it_returned() -> None:
    window, outcomes = sent(3)
    window.mark_returned("e", "k", "m1")

    window.answer(3, CONFIRMED, multiple=True)

    assert list(outcomes.result()) == [CONFIRMED, RETURNED, CONFIRMED]


async def test_returned_and_nacked_is_nacked() -> None:
    window, outcomes = sent(1)
    window.mark_returned("e", "k", "m0")

    window.answer(1, NACKED, multiple=False)

    assert list(outcomes.result()) == [NACKED]


async def test_two_returns_of_one_id_mark_two_messages() -> None:
    window, outcomes = ConfirmWindow(), Outcomes(2)
    for index in range(2):
        window.add(Ticket(Outgoing("e", "k", b"", "same"), outcomes, index))
    window.mark_returned("e", "k", "same")
    window.mark_returned("e", "k", "same")

    window.answer(2, CONFIRMED, multiple=True)

    assert list(outcomes.result()) == [RETURNED, RETURNED]


async def test_answer_to_an_unknown_tag_is_nothing() -> None:
    window, outcomes = sent(1)

    window.answer(77, CONFIRMED, multiple=False)

    assert not outcomes.complete.done()


async def test_first_answer_stands() -> None:
    window, outcomes = sent(1)
    window.answer(1, CONFIRMED, multiple=False)

    window.answer(1, NACKED, multiple=False)
    window.lose()

    assert list(outcomes.result()) == [CONFIRMED]


async def test_lost_window_settles_the_rest_as_unknown() -> None:
    window, outcomes = sent(3)
    window.answer(1, CONFIRMED, multiple=False)

    window.lose()

    assert outcomes.complete.done()
    assert list(outcomes.result()) == [CONFIRMED, UNKNOWN, UNKNOWN]


async def test_refused_exchange_settles_its_own_messages_only() -> None:
    window, outcomes = sent(1, exchange="good")
    bad = Outcomes(1)
    window.add(Ticket(Outgoing("bad", "k", b"", "m"), bad, 0))

    window.refuse("bad", RETURNED)

    assert list(bad.result()) == [RETURNED]
    assert not outcomes.complete.done()


async def test_publishing_nothing_is_complete_at_once() -> None:
    assert Outcomes(0).complete.done()
