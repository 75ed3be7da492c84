"""Answers kept under the keys of a client, so that a repeated call has no second effect."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

from services.sandbox.ecpay.problems import Refusal

KEPT_DAYS = timedelta(days=31)
NOT_STORED = frozenset({400, 401, 403, 405, 413, 415, 423, 429})
_KEY = re.compile(r"^[\x21-\x7e]{1,128}$")
_SERVER_FAULT = 500
_CREATED = 201


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: status, body and the headers that belong to it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: bytes
    day: date
    answer: Answer | None  # None while the first call runs


class Keys:
    """The idempotency keys of all clients."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def begin(self, client_id: str, key: str, fingerprint: bytes, today: date) -> Answer | None:
        """Return the stored answer for a repetition, None for a first call, now running.

        Raises:
            Refusal: The key was used for something else, or its first call still runs.
        """
        kept = self._kept.get((client_id, key))
        if kept is None or kept.day + KEPT_DAYS < today:
            self._kept[client_id, key] = _Kept(fingerprint, today, None)
            return None
        if kept.fingerprint != fingerprint:
            raise Refusal("IDEMPOTENCY_CONFLICT")
        if kept.answer is None:
            raise Refusal("IN_PROGRESS", headers={"Retry-After": "1"})
        return _replayed(kept.answer)

    def end(self, client_id: str, key: str, answer: Answer) -> None:
        """Store the answer of a first call, or forget the key when it is not to be stored."""
        running = self._kept.pop((client_id, key), None)
        if running is None or answer.status in NOT_STORED or answer.status >= _SERVER_FAULT:
            return
        packed = Answer(
            answer.status, zlib.compress(answer.body, 1), answer.headers, answer.media_type
        )
        self._kept[client_id, key] = _Kept(running.fingerprint, running.day, packed)

    def forget_before(self, today: date) -> None:
        """Drop what is no longer to be kept."""
        self._kept = {
            name: kept for name, kept in self._kept.items() if kept.day + KEPT_DAYS >= today
        }


def checked_key(value: str | None) -> str:
    """Return the key of a request.

    Raises:
        Refusal: It is missing or not visible ASCII.
    """
    if value is None:
        raise Refusal("IDEMPOTENCY_KEY_REQUIRED")
    if not _KEY.match(value):
        raise Refusal("IDEMPOTENCY_KEY_INVALID")
    return value


def fingerprint(method: str, path: str, body: object) -> bytes:
    """Return what a key stands for: method, path and the body as JSON values."""
    text = json.dumps([method, path, body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def content_digest(body: object) -> bytes:
    """Return a digest that is equal for equal JSON values."""
    return fingerprint("", "", body)


def _replayed(stored: Answer) -> Answer:
    headers = tuple(header for header in stored.headers if header[0] != "Location")
    status = 200 if stored.status == _CREATED else stored.status
    return Answer(
        status,
        zlib.decompress(stored.body),
        (*headers, ("Idempotency-Replayed", "true")),
        stored.media_type,
    )
