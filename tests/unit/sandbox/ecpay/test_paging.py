from __future__ import annotations

import pytest

from services.sandbox.ecpay.paging import Feed, PageRequest, page
from services.sandbox.ecpay.problems import Refusal

FEED = Feed("ev", "4711-ecpay")
ITEMS = list("abcde")


def read(cursor: str | None = None, limit: int = 2) -> tuple[str, str, bool]:
    found = page(FEED, ITEMS, PageRequest(cursor, limit), show=lambda item: {"name": item})
    names = "".join(item["name"] for item in found["items"])
    return names, found["nextCursor"], found["hasMore"]


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    first, after_first, more = read()
    second, after_second, _ = read(after_first)
    third, _, last_more = read(after_second)

    assert first + second + third == "abcde"
    assert (more, last_more) == (True, False)


def test_an_empty_page_repeats_the_cursor() -> None:
    _, end, _ = read(limit=5)

    assert read(end) == ("", end, False)


def test_items_that_moved_on_are_left_out() -> None:
    found = page(
        FEED,
        ITEMS,
        PageRequest(limit=10),
        show=lambda item: {"name": item},
        is_current=lambda position, _: position != 2,
    )

    assert [item["name"] for item in found["items"]] == ["a", "c", "d", "e"]


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        Feed("st", "4711-ecpay").cursor(1),
        Feed("ev", "other").cursor(1),
        FEED.cursor(1).replace("000000000001", "000000000002"),
    ],
)
def test_a_cursor_of_another_feed_or_client_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal, match="cursor"):
        FEED.position(cursor)
