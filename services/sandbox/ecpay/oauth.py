"""Access tokens by client credentials, in the form or in HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import unquote_plus

SCOPES = ("claims.read", "claims.write", "settlements.read", "events.read", "webhooks.write")
LIFETIME = timedelta(seconds=3600)
_FIELDS = frozenset({"grant_type", "client_id", "client_secret", "scope"})


class OAuthRefused(Exception):
    """The token endpoint refuses, with an error code of RFC 6749."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A program that may call: its secret, its scopes, and for which creditors (all if None)."""

    client_id: str
    secret: str
    scopes: tuple[str, ...] = SCOPES
    creditors: frozenset[str] | None = None

    def may_act_for(self, creditor_id: str) -> bool:
        """Tell whether the program may act for a creditor."""
        return self.creditors is None or creditor_id in self.creditors


@dataclass(frozen=True, slots=True)
class Token:
    """A live token: whose it is, what it may do, until when."""

    client: OAuthClient
    scopes: frozenset[str]
    expires: datetime


class Tokens:
    """The OAuth clients and their tokens."""

    def __init__(self, random: Random) -> None:
        self.clients: dict[str, OAuthClient] = {}
        self._tokens: dict[str, Token] = {}
        self._random = random

    def add(self, client: OAuthClient) -> None:
        """Let a program call; one with the same identifier is replaced."""
        self.clients[client.client_id] = client

    def issue(
        self, form: Sequence[tuple[str, str]], authorization: str | None, now: datetime
    ) -> dict[str, Any]:
        """Return a token answer for a form.

        Raises:
            OAuthRefused: The grant or the client is not valid.
        """
        fields = _single(form)
        client = self._client(fields, authorization)
        wanted = tuple(fields["scope"].split()) if fields.get("scope") else client.scopes
        if not set(wanted) <= set(client.scopes):
            raise OAuthRefused(400, "invalid_scope", "scope not granted")
        text = f"{self._random.getrandbits(160):040x}"
        self._tokens[text] = Token(client, frozenset(wanted), now + LIFETIME)
        return {
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(wanted),
        }

    def find(self, authorization: str | None, now: datetime) -> Token | None:
        """Return the live token of an Authorization header, None when there is none."""
        scheme, _, text = (authorization or "").partition(" ")
        token = self._tokens.get(text.strip()) if scheme.lower() == "bearer" else None
        return token if token is not None and now < token.expires else None

    def expire_all(self) -> None:
        """End every token at once, as a restart of the provider would."""
        self._tokens.clear()

    def _client(self, fields: Mapping[str, str], authorization: str | None) -> OAuthClient:
        if "grant_type" not in fields:
            raise OAuthRefused(400, "invalid_request", "grant_type is missing")
        if fields["grant_type"] != "client_credentials":
            raise OAuthRefused(400, "unsupported_grant_type", "only client_credentials")
        name, secret = _basic(authorization) or (
            fields.get("client_id", ""),
            fields.get("client_secret", ""),
        )
        client = self.clients.get(name)
        if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            raise OAuthRefused(401, "invalid_client", "unknown client or wrong secret")
        return client


def _single(form: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields = dict(form)
    if len(fields) != len(form):
        raise OAuthRefused(400, "invalid_request", "a field is repeated")
    if not set(fields) <= _FIELDS:
        raise OAuthRefused(400, "invalid_request", "a field is unknown")
    return fields


def _basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
