"""``/livez``, ``/readyz`` and ``/metrics`` of a process.

``/livez`` answers as long as the event loop turns and never depends on the broker: an outage
must not restart every worker. ``/readyz`` names each part that is not ready.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[bool]]


def health_app(checks: Mapping[str, Check]) -> Starlette:
    """Return the application; a check is ready, not ready, or fails as not ready."""

    async def livez(request: Request) -> Response:
        del request
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        del request
        states = {name: await check() for name, check in checks.items()}
        return JSONResponse(
            {"ready": all(states.values()), "checks": states},
            status_code=200 if all(states.values()) else 503,
        )

    async def metrics(request: Request) -> Response:
        del request
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )
