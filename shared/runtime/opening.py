"""Opens the outside world of a process, and closes it whatever happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

from shared.clock import Clock, SystemClock
from shared.faults import Misconfigured
from shared.providers.ecpay.client import Ecpay, open_ecpay
from shared.providers.tripletex.client import open_tripletex
from shared.runtime.resources import Resources
from shared.settings import Settings
from shared.store.engine import open_store
from shared.store.seal import Sealer


@asynccontextmanager
async def opened(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Resources]:
    """Open the database and both providers; nothing is connected before it is used.

    Raises:
        Misconfigured: A setting that is needed to reach a provider is missing.
    """
    time = clock or SystemClock(settings.today)
    _require_peers(settings)
    async with AsyncExitStack() as stack:
        store = open_store(settings.database_url)
        stack.push_async_callback(store.close)
        tripletex = open_tripletex(
            settings.tripletex_url, consumer_token=settings.tripletex_consumer_token, clock=time
        )
        stack.push_async_callback(tripletex.close)
        ecpay = _open_ecpay(settings, time)
        stack.push_async_callback(ecpay.close)
        yield Resources(
            settings=settings,
            clock=time,
            random=Random(),  # noqa: S311  # jitter, not a secret
            store=store,
            sealer=Sealer(settings.secret_keys.get_secret_value()),
            tripletex=tripletex,
            ecpay=ecpay,
        )


def _open_ecpay(settings: Settings, clock: Clock) -> Ecpay:
    return open_ecpay(
        settings.ecpay_url or "",
        client_id=settings.ecpay_client_id,
        client_secret=settings.ecpay_client_secret,
        clock=clock,
    )


def _require_peers(settings: Settings) -> None:
    needed = {
        "RESTANSE_TRIPLETEX_CONSUMER_TOKEN": settings.tripletex_consumer_token.get_secret_value(),
        "RESTANSE_ECPAY_URL": settings.ecpay_url,
        "RESTANSE_ECPAY_CLIENT_ID": settings.ecpay_client_id,
        "RESTANSE_ECPAY_CLIENT_SECRET": settings.ecpay_client_secret.get_secret_value(),
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        told = "\n".join(f"  {name}: not set" for name in missing)
        raise Misconfigured(f"Tripletex and ECPay cannot be reached:\n{told}")
