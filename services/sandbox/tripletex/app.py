"""The application of the stand-in: the API under ``/v2``, the admin side under ``/admin``."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount

from services.sandbox.tripletex.admin_routes import admin_routes
from services.sandbox.tripletex.door import Door
from services.sandbox.tripletex.world import TripletexWorld


def tripletex_app(world: TripletexWorld) -> Starlette:
    """Return the application that serves one world."""
    return Starlette(
        routes=[Mount("/v2", Door(world)), Mount("/admin", routes=admin_routes(world))]
    )
