"""Secrets at rest: AES-GCM under named keys, so that keys can be rotated.

A sealed value is the id of its key (4 bytes), a nonce (12 bytes) and the cipher text with its
tag. The first key given seals; every key opens.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from shared.faults import Invalid, Outage

DEVELOPMENT_KEY = "restanse-development-key-not-a-secret"
KEY_ID_BYTES = 4
NONCE_BYTES = 12

_log = structlog.get_logger()


class Sealer:
    """Seals and opens small texts; safe to share between tasks.

    Args:
        secret_keys: Comma list of key material, any text; the first seals, all open. Empty
            means a built-in key for development, which protects nothing.
    """

    def __init__(self, secret_keys: str) -> None:
        materials = [part.strip() for part in secret_keys.split(",") if part.strip()]
        if not materials:
            _log.warning("no secret keys are set, sealing with the built-in development key")
        self._keys = _named_keys(materials or [DEVELOPMENT_KEY])
        self._sealing = next(iter(self._keys))

    def __repr__(self) -> str:
        """Return how many keys there are, and none of them."""
        return f"Sealer({len(self._keys)} keys)"

    def seal(self, text: str) -> bytes:
        """Return the text, sealed by the first key."""
        nonce = os.urandom(NONCE_BYTES)
        cipher_text = self._keys[self._sealing].encrypt(nonce, text.encode(), self._sealing)
        return self._sealing + nonce + cipher_text

    def open(self, sealed: bytes) -> SecretStr:
        """Return the text of a sealed value.

        Raises:
            Outage: Its key is not among ours; nothing is wrong with who asked.
            Invalid: It was changed, or was never sealed.
        """
        key_id, nonce, cipher_text = _parts(sealed)
        key = self._keys.get(key_id)
        if key is None:
            msg = f"no secret key has the id {key_id.hex()}; put it back in RESTANSE_SECRET_KEYS"
            raise Outage(msg, code="SECRET_KEY_MISSING", dependency="secret-keys")
        try:
            return SecretStr(key.decrypt(nonce, cipher_text, key_id).decode())
        except InvalidTag as error:
            msg = "a sealed value cannot be opened: it was changed after it was sealed"
            raise Invalid(msg, code="SEAL_BROKEN", dependency="database") from error

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the value was sealed by the key that seals now."""
        return sealed.startswith(self._sealing)


def _named_keys(materials: Iterable[str]) -> dict[bytes, AESGCM]:
    keys = [_derived(material) for material in materials]
    return {_name(key): AESGCM(key) for key in keys}


def _derived(material: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"restanse seal")
    return derivation.derive(material.encode())


def _name(key: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(b"restanse key id" + key)
    return digest.finalize()[:KEY_ID_BYTES]


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    end = KEY_ID_BYTES + NONCE_BYTES
    return sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:end], sealed[end:]
