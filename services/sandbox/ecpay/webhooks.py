"""Wake-up calls: one subscription per client, signed, with a record of every attempt."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from services.sandbox.ecpay.creditor import Creditor
from services.sandbox.ecpay.office import Office, as_stamp
from services.sandbox.ecpay.paging import Feed, PageRequest, page
from services.sandbox.ecpay.problems import FieldError, Refusal, refused_fields
from services.sandbox.ecpay.validation import Flag, Many, Text, Thing, refuse_faults

ATTEMPTS = 8
ROTATION = timedelta(hours=48)
WEBHOOK = Thing(
    {
        "url": Text(longest=500, shortest=1),
        "eventTypes": Many(Text(longest=60), most=50, fewest=1),
        "rotateSecret": Flag(),
    },
    required=("url",),
)

# Sends a signed body to an address and returns the status of the receiver, None without one.
Send = Callable[[str, bytes, dict[str, str]], Awaitable[int | None]]


@dataclass(slots=True)
class Subscription:
    """The one webhook of a client."""

    url: str
    event_types: list[str] | None
    secret: str
    secret_issued_at: str
    created_at: str
    updated_at: str
    previous_secret: str = ""
    previous_until: datetime | None = None
    is_active: bool = True
    sent: int = 0

    def view(self, *, with_secret: bool = False) -> dict[str, Any]:
        """Return the subscription as the contract shows it."""
        shown: dict[str, Any] = {
            "url": self.url,
            "eventTypes": self.event_types,
            "status": "ACTIVE" if self.is_active else "DISABLED",
            "secretIssuedAt": self.secret_issued_at,
            "previousSecretValidUntil": (
                as_stamp(self.previous_until) if self.previous_until else None
            ),
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }
        return shown | ({"secret": self.secret} if with_secret else {})


def signature(secrets: tuple[str, ...], unix_seconds: int, raw: bytes) -> str:
    """Return the signature header over a raw body, one value per secret."""
    signed = str(unix_seconds).encode() + b"." + raw
    values = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return f"t={unix_seconds}" + "".join(f",v1={value}" for value in values)


class Webhooks:
    """The subscriptions of all clients and what was delivered to them."""

    def __init__(self, office: Office, random: Random) -> None:
        self._office = office
        self._random = random
        self._subscriptions: dict[str, Subscription] = {}
        self._deliveries: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.allow_any_address = False

    def get(self, client_id: str) -> Subscription:
        """Return the subscription of a client.

        Raises:
            Refusal: There is none.
        """
        found = self._subscriptions.get(client_id)
        if found is None:
            raise Refusal("WEBHOOK_NOT_FOUND")
        return found

    def put(self, creditor: Creditor, body: Any) -> tuple[dict[str, Any], bool]:
        """Create or replace a subscription.

        Returns:
            Its view, with the secret when it is new, and whether the subscription is new.

        Raises:
            Refusal: Badly formed, or an address that may not be called.
        """
        refuse_faults(WEBHOOK, body)
        if not (self.allow_any_address or _may_be_called(body["url"])):
            message = "must be HTTPS and public"
            raise refused_fields([FieldError("/url", "WEBHOOK_URL_NOT_ALLOWED", message)])
        stamp = self._office.stamp()
        there = self._subscriptions.get(creditor.client_id)
        if there is None:
            made = Subscription(
                body["url"], body.get("eventTypes"), self._secret(), stamp, stamp, stamp
            )
            made.sent = len(creditor.events)
            self._subscriptions[creditor.client_id] = made
            return made.view(with_secret=True), True
        there.url, there.event_types = body["url"], body.get("eventTypes")
        there.updated_at, there.is_active = stamp, True
        rotates = body.get("rotateSecret") is True
        if rotates:
            there.previous_secret, there.secret = there.secret, self._secret()
            there.secret_issued_at = stamp
            there.previous_until = self._office.instant() + ROTATION
        return there.view(with_secret=rotates), False

    def delete(self, client_id: str) -> None:
        """Remove a subscription.

        Raises:
            Refusal: There is none.
        """
        self.get(client_id)
        del self._subscriptions[client_id]

    def deliveries(self, client_id: str, wanted: PageRequest) -> dict[str, Any]:
        """Return the deliveries of a client, oldest first."""
        return page(Feed("dl", client_id), self._deliveries[client_id], wanted, show=dict)

    def delivery(self, client_id: str, delivery_id: str) -> dict[str, Any]:
        """Return one delivery.

        Raises:
            Refusal: There is none, or no webhook.
        """
        self.get(client_id)
        for delivery in self._deliveries[client_id]:
            if delivery["deliveryId"] == delivery_id:
                return delivery
        raise Refusal("DELIVERY_NOT_FOUND")

    async def test(self, client_id: str, send: Send) -> dict[str, Any]:
        """Make one attempt with a test call that is no event."""
        event = {
            "eventId": f"evt_test_{self._office.number('test call'):08d}",
            "sequence": 0,
            "type": "webhook.test",
            "occurredAt": self._office.stamp(),
        }
        delivery = self._queued(event)
        await self.attempt(client_id, delivery, send)
        return delivery

    async def deliver(self, creditor: Creditor, send: Send) -> int:
        """Make an attempt for every event not sent yet; return how many were made."""
        subscription = self._subscriptions.get(creditor.client_id)
        if subscription is None or not subscription.is_active:
            return 0
        news = creditor.events[subscription.sent :]
        subscription.sent = len(creditor.events)
        chosen = [
            event
            for event in news
            if event["type"] in (subscription.event_types or [event["type"]])
        ]
        for event in chosen:
            delivery = self._queued(event)
            self._deliveries[creditor.client_id].append(delivery)
            await self.attempt(creditor.client_id, delivery, send)
        return len(chosen)

    async def attempt(self, client_id: str, delivery: dict[str, Any], send: Send) -> None:
        """Make one more attempt at once and keep its outcome."""
        subscription = self.get(client_id)
        payload = {
            "eventId": delivery["eventId"],
            "sequence": delivery["sequence"],
            "type": delivery["type"],
            "clientId": client_id,
            "occurredAt": delivery["createdAt"],
        }
        raw = json.dumps(payload, separators=(",", ":")).encode()
        moment = self._office.instant()
        secrets: tuple[str, ...] = (subscription.secret,)
        if subscription.previous_until and moment < subscription.previous_until:
            secrets = (subscription.secret, subscription.previous_secret)
        headers = {
            "Content-Type": "application/json",
            "ECPay-Event-Id": delivery["eventId"],
            "ECPay-Event-Type": delivery["type"],
            "ECPay-Signature": signature(secrets, int(moment.timestamp()), raw),
        }
        status = await send(subscription.url, raw, headers)
        self._keep_outcome(subscription, delivery, status, moment)

    def _keep_outcome(
        self,
        subscription: Subscription,
        delivery: dict[str, Any],
        status: int | None,
        moment: datetime,
    ) -> None:
        delivery["attempts"].append(
            {
                "attempt": len(delivery["attempts"]) + 1,
                "at": as_stamp(moment),
                "statusCode": status,
                "error": None if status else "no answer",
            }
        )
        is_ok = status is not None and status // 100 == 2  # noqa: PLR2004 - 2xx
        failed = "FAILED" if len(delivery["attempts"]) >= ATTEMPTS else "PENDING"
        delivery["status"] = "DELIVERED" if is_ok else failed
        if delivery["status"] == "FAILED":
            subscription.is_active = False

    def _queued(self, event: dict[str, Any]) -> dict[str, Any]:
        return {
            "deliveryId": f"dlv_{self._office.number('delivery'):08d}",
            "eventId": event["eventId"],
            "sequence": event["sequence"],
            "type": event["type"],
            "status": "PENDING",
            "attempts": [],
            "nextAttemptAt": None,
            "createdAt": event["occurredAt"],
        }

    def _secret(self) -> str:
        return f"whsec_{self._random.getrandbits(64):016x}"


def _may_be_called(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if (
            parts.scheme != "https"
            or not host
            or host == "localhost"
            or host.endswith(".localhost")
        ):
            return False
        address = ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https"
    return address.is_global
