"""The ECPay contract, with what only tests of our client and tasks ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.harness.openapi import DOCS, OpenApi

METHODS = ("get", "post", "put", "delete")


class EcpayContract(OpenApi):
    """The contract: its problem codes, and its example answers."""

    def problem_codes(self) -> Mapping[str, Mapping[str, Any]]:
        """Return status and retryable flag of every code."""
        return {one["code"]: one for one in self.document["x-problem-codes"]}

    def codes_of(self, path: str, method: str) -> frozenset[str]:
        """Return the codes with which one operation refuses what was sent."""
        responses = self.document["paths"][path][method]["responses"]
        return frozenset(
            code
            for status in ("404", "409", "422")
            if status in responses
            for content in self.resolved(responses[status])["content"].values()
            for code in content["examples"]
        )

    def examples(self) -> Iterator[tuple[str, str, Any]]:
        """Return every example of an answer body: its schema, its place, its value."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                for status, response in item.get(method, {}).get("responses", {}).items():
                    for media, content in self.resolved(response).get("content", {}).items():
                        yield from self._examples(f"{method} {path} {status}", media, content)

    def _examples(
        self, place: str, media: str, content: Mapping[str, Any]
    ) -> Iterator[tuple[str, str, Any]]:
        if "json" not in media:
            return
        schema = content["schema"].get("$ref", "").rpartition("/")[2]
        for name, example in content.get("examples", {}).items():
            yield schema, f"{place} {name}", self.resolved(example)["value"]


@cache
def contract() -> EcpayContract:
    """Return the contract, read once."""
    path = DOCS / "ecpay.openapi.yaml"
    return EcpayContract(path, base="/collection/v1", at_root=("/oauth/token",))
