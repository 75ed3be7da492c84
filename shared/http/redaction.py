"""Addresses without their secrets, for logs and for fault messages.

Bodies are never logged at all.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MASK = "***"

_SECRET_NAME = re.compile(
    r"token|secret|password|authorization|cookie|api-?key|assertion", re.IGNORECASE
)
_PERSONAL_NAME = re.compile(r"name|mail|phone|kid$", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r"(?P<before>/token/session/)(?![:>%])[^/?]+")


def redacted_url(url: str) -> str:
    """Return an address with secrets and personal data in its query and path masked."""
    parts = urlsplit(url)
    query = [(name, _masked(name, value)) for name, value in parse_qsl(parts.query)]
    path = _SESSION_IN_PATH.sub(rf"\g<before>{MASK}", parts.path)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, path, urlencode(query, safe="*,:"), ""))


def _masked(name: str, value: str) -> str:
    hidden = _SECRET_NAME.search(name) or _PERSONAL_NAME.search(name)
    return MASK if hidden else value
