from __future__ import annotations

from services.sandbox.tripletex.rate_limit import RateLimit
from services.sandbox.tripletex.rules import Rules

RULES = Rules(calls_per_window=2, window_seconds=5)


class _Stopwatch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_calls_of_a_window_are_counted() -> None:
    limit = RateLimit(RULES, _Stopwatch())

    budgets = [limit.spend("a") for _ in range(3)]

    assert [budget and budget.remaining for budget in budgets] == [1, 0, -1]
    assert [budget and budget.is_spent for budget in budgets] == [False, False, True]


def test_a_new_window_starts_anew() -> None:
    watch = _Stopwatch()
    limit = RateLimit(RULES, watch)
    limit.spend("a")
    watch.now += 5

    budget = limit.spend("a")

    assert budget is not None
    assert budget.remaining == 1


def test_the_rest_of_the_window_is_told_in_whole_seconds() -> None:
    watch = _Stopwatch()
    limit = RateLimit(RULES, watch)
    limit.spend("a")
    watch.now += 3.5

    budget = limit.spend("a")

    assert budget is not None
    assert budget.headers()["X-Rate-Limit-Reset"] == "2"


def test_each_token_has_its_own_window() -> None:
    limit = RateLimit(RULES, _Stopwatch())
    limit.spend("a")

    budget = limit.spend("b")

    assert budget is not None
    assert budget.remaining == 1


def test_there_may_be_no_limit() -> None:
    assert RateLimit(Rules(calls_per_window=0), _Stopwatch()).spend("a") is None
