"""An ECPay in process that issues the settlements and events a test gives it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx

from shared.messages.settlements import Settlement
from shared.providers.ecpay import settlements as wire
from shared.providers.ecpay.checksum import lines_checksum
from tests.harness.ecpay_fake import Answer, EcpayFake, Sent

PDF = b"%PDF-1.7 statement"


class SettlingEcpay(EcpayFake):
    """An ECPay that issues what it is told to issue."""

    def __init__(self) -> None:
        super().__init__()
        self.issued: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.statement_after = 0
        self.acknowledged: dict[str, Any] = {}

    def issue(self, of: Settlement, **lies: Any) -> None:
        """Put a settlement at the end of the feed."""
        told = of.model_dump() | {"payout_account_last4": "2358"}
        body = wire.Settlement.model_validate(told).model_dump(mode="json", by_alias=True)
        lines = body.pop("lines")
        del body["checksumHolds"]
        for one in lines:
            one["exchangeRate"] = f"{Decimal(one['exchangeRate']):.6f}"
        page = {"items": lines, "nextCursor": "sl.end", "hasMore": False}
        self.issued.append(body | {"checksum": lines_checksum(lines), "lines": page} | lies)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/statement") and self.statement_after <= 0:
            return httpx.Response(200, content=PDF, headers={"content-type": "application/pdf"})
        return await super().handle_async_request(request)

    def _route(self, sent: Sent) -> Answer:
        tail = sent.path.split("/", 5)[-1].split("/")
        feeds = {"settlements": [_head(one) for one in self.issued], "events": self.events}
        if len(tail) == 1 and tail[0] in feeds:
            return self._feed(sent, feeds[tail[0]])
        if tail[0] == "settlements":
            return self._settlement(tail[1], tail[2:], sent)
        return super()._route(sent)

    def _settlement(self, id_: str, what: list[str], sent: Sent) -> Answer:
        if what == ["statement"]:
            self.statement_after -= 1
            return self.problem("STATEMENT_NOT_READY")
        if what == ["acknowledgement"]:
            return self._acknowledge(id_, sent.body)
        return Answer(
            200, next(one for one in reversed(self.issued) if one["settlementId"] == id_)
        )

    def _feed(self, sent: Sent, items: list[dict[str, Any]]) -> Answer:
        start = int(sent.query.get("cursor", "at.0").removeprefix("at."))
        end = min(start + int(sent.query.get("limit", "50")), len(items))
        body = {"items": items[start:end], "nextCursor": f"at.{end}", "hasMore": end < len(items)}
        return Answer(200, body)

    def _acknowledge(self, id_: str, body: Any) -> Answer:
        held = self.acknowledged.setdefault(id_, body)
        if held != body:
            return self.problem("ACKNOWLEDGEMENT_CONFLICT")
        told = {"settlementId": id_, "reason": None, "acknowledgedAt": body["bookedAt"]}
        return Answer(200, {**body, **told})


def _head(issued: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in issued.items() if name != "lines"}
