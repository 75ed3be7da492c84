"""Idempotency keys: derived from what is sent, never drawn.

The same request gives the same key in every process, so a repetition after a lost answer or a
crash is answered from ECPay's memory. ECPay also remembers refusals (409 and 422) under the key;
a later attempt that may succeed needs another one, which the ``refusals`` counted so far give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from shared.providers.ecpay.checksum import canonical_json
from shared.providers.ecpay.notation import Request


def idempotency_key(operation: str, items: Sequence[Request], *, refusals: int = 0) -> str:
    """Return the key of one request.

    Args:
        operation: Name of the call, with the path's own key where the body has none.
        items: What is sent, in order.
        refusals: How often ECPay has refused these items so far, added up.
    """
    content = canonical_json([operation, refusals, [item.body() for item in items]])
    return f"restanse-{hashlib.sha256(content.encode()).hexdigest()}"
