from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from services.sandbox.day import Day
from services.sandbox.ecpay.admin import admin_routes
from services.sandbox.ecpay.faults import KINDS
from services.sandbox.ecpay.lies import LIES
from services.sandbox.ecpay.world import EcpayWorld

PAGE = (Path(__file__).parents[4] / "docs" / "sandbox-ecpay.md").read_text(encoding="utf-8")


def test_the_page_names_every_admin_call_and_no_other() -> None:
    routes = admin_routes(EcpayWorld(Day(date(2026, 8, 18))))

    served = {
        f"{method} {route.path}" for route in routes for method in (route.methods or set())
    } - {f"HEAD {route.path}" for route in routes}

    assert set(re.findall(r"^\| `([A-Z]+ /admin[^`]*)`", PAGE, re.MULTILINE)) == served


def test_the_page_names_every_fault() -> None:
    assert all(f"`{kind}`" in PAGE for kind in KINDS)


def test_the_page_names_every_lie_but_those_between_the_first_and_last_invariant() -> None:
    between = {f"I{number}" for number in range(2, 7)}

    assert all(f"`{about}`" in PAGE for about in set(LIES) - between)
