"""The webhook operations of the collection contract, and the calls they make."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request

from services.sandbox.ecpay.gate import Call, json_answer
from services.sandbox.ecpay.idempotency import Answer

SECONDS_TO_ANSWER = 5.0


async def send_webhook(url: str, raw: bytes, headers: dict[str, str]) -> int | None:
    """Make one webhook call and return the status of the receiver, None without an answer.

    The raw body is signed, so it goes out byte for byte, which our own HTTP door does not offer.
    """
    return await asyncio.to_thread(_post, url, raw, headers)


def _post(url: str, raw: bytes, headers: dict[str, str]) -> int | None:
    request = urllib.request.Request(url, raw, headers, method="POST")  # noqa: S310 - checked when the webhook was set
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)
    except OSError:
        return None


def get_webhook(call: Call) -> Answer:
    """Read the webhook, without its secret."""
    return json_answer(200, call.world.webhooks.get(call.creditor.client_id).view())


def put_webhook(call: Call) -> Answer:
    """Set the webhook."""
    view, is_new = call.world.webhooks.put(call.creditor, call.body)
    return json_answer(201 if is_new else 200, view)


def delete_webhook(call: Call) -> Answer:
    """Remove the webhook."""
    call.world.webhooks.delete(call.creditor.client_id)
    return Answer(204, b"")


async def try_webhook(call: Call) -> Answer:
    """Send a test call."""
    delivery = await call.world.webhooks.test(call.creditor.client_id, send_webhook)
    return json_answer(200, delivery)


def list_deliveries(call: Call) -> Answer:
    """Follow deliveries."""
    return json_answer(200, call.world.webhooks.deliveries(call.creditor.client_id, call.page()))


async def replay_delivery(call: Call) -> Answer:
    """Deliver again, once."""
    webhooks, client_id = call.world.webhooks, call.creditor.client_id
    delivery = webhooks.delivery(client_id, call.path["delivery_id"])
    await webhooks.attempt(client_id, delivery, send_webhook)
    return json_answer(200, delivery)
