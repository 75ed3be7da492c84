from __future__ import annotations

from decimal import Decimal

import httpx
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.faults import Outage, Transient
from shared.http.door import Ask, File, HttpDoor, to_json


def door(answer: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> HttpDoor:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HttpDoor(
        "http://peer.test/v2/", dependency="peer", transport=httpx.MockTransport(handle)
    )


async def test_numbers_keep_every_digit() -> None:
    reply = await door(httpx.Response(200, content=b'{"a": 0.1, "b": 31437.50, "c": 7}')).send(
        Ask("GET", "/x")
    )

    assert reply.document() == {"a": Decimal("0.1"), "b": Decimal("31437.50"), "c": 7}


async def test_path_is_appended_to_the_base_address() -> None:
    seen: list[httpx.Request] = []

    await door(httpx.Response(200), seen).send(
        Ask("GET", "/token/session/%3EwhoAmI", query={"fields": "*,customer(*)"})
    )

    assert seen[0].url.raw_path.startswith(b"/v2/token/session/%3EwhoAmI?fields=")
    assert seen[0].url.params["fields"] == "*,customer(*)"


async def test_user_is_sent_by_basic_authentication() -> None:
    seen: list[httpx.Request] = []

    await door(httpx.Response(200), seen).send(Ask("GET", "/x", user=("0", "session")))

    assert seen[0].headers["authorization"] == "Basic MDpzZXNzaW9u"


async def test_cookies_of_the_peer_are_not_sent_back() -> None:
    seen: list[httpx.Request] = []
    one = door(httpx.Response(200, headers={"Set-Cookie": "JSESSIONID=1; Path=/"}), seen)

    await one.send(Ask("GET", "/x"))
    await one.send(Ask("GET", "/x"))

    assert "cookie" not in seen[1].headers


async def test_redirect_is_not_followed() -> None:
    seen: list[httpx.Request] = []
    answer = httpx.Response(302, headers={"Location": "http://evil.test/"})

    reply = await door(answer, seen).send(Ask("GET", "/x"))

    assert reply.status == 302
    assert len(seen) == 1


@pytest.mark.parametrize("content", [b"", b"<html>502</html>", b"\xff\xfe"])
async def test_body_that_is_not_json_is_transient(content: bytes) -> None:
    reply = await door(httpx.Response(200, content=content)).send(Ask("GET", "/x"))

    with pytest.raises(Transient):
        reply.document()


async def test_failure_is_mapped_once() -> None:
    with pytest.raises(Outage) as caught:
        await door(httpx.ConnectError("refused")).send(Ask("GET", "/x"))

    assert caught.value.dependency == "peer"
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


async def test_nothing_secret_is_logged() -> None:
    ask = Ask(
        "PUT",
        "/token/session/:create",
        query={"employeeToken": "hemmelig"},
        user=("0", "hemmelig"),
        document={"x": "hemmelig"},
    )

    with capture_logs() as lines:
        await door(httpx.Response(200, content=b"hemmelig")).send(ask)

    assert lines
    assert "hemmelig" not in str(lines)
    assert "hemmelig" not in repr(ask)


async def test_file_is_sent_as_a_form_part() -> None:
    seen: list[httpx.Request] = []
    file = File("oppgjor.pdf", b"%PDF-1.7", "application/pdf")

    await door(httpx.Response(201), seen).send(Ask("POST", "/a", file=file))

    assert b'name="file"; filename="oppgjor.pdf"' in seen[0].content
    assert seen[0].headers["content-type"].startswith("multipart/form-data")


async def test_form_is_sent_url_encoded() -> None:
    seen: list[httpx.Request] = []

    await door(httpx.Response(200), seen).send(Ask("POST", "/a", form={"grant_type": "x"}))

    assert seen[0].content == b"grant_type=x"


def test_amounts_are_sent_as_numbers() -> None:
    assert to_json({"a": Decimal("-8375.10"), "b": Decimal("999999999999.99")}) == (
        b'{"a": -8375.1, "b": 999999999999.99}'
    )


async def test_a_call_is_counted_without_the_numbers_in_its_path() -> None:
    headers = {"X-Rate-Limit-Remaining": "42", "X-Rate-Limit-Reset": "5"}
    answer = httpx.Response(404, headers=headers)

    await door(answer).send(Ask("PUT", "/invoice/900123/:payment"))

    labels = {"system": "peer", "operation": "PUT /invoice/{id}/:payment", "outcome": "404"}
    assert REGISTRY.get_sample_value("restanse_external_requests_total", labels) == 1
    assert REGISTRY.get_sample_value("restanse_rate_limit_remaining", {"system": "peer"}) == 42


async def test_a_call_that_fails_is_counted_by_what_went_wrong() -> None:
    with pytest.raises(Transient):
        await door(httpx.ReadTimeout("late")).send(Ask("GET", "/x", operation="look"))

    labels = {"system": "peer", "operation": "look", "outcome": "READ_TIMEOUT"}
    assert REGISTRY.get_sample_value("restanse_external_requests_total", labels) == 1
