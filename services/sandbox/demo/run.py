"""The demo: both stand-ins, every service, sixty simulated days, and the verdict."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from services.sandbox.bootstrap import Sandbox
from services.sandbox.demo.bank import Bank
from services.sandbox.demo.enrolling import OPERATOR, enrol
from services.sandbox.demo.founding import Creditor, found
from services.sandbox.demo.plan import FIRST_DAY, Plan, make_plan
from services.sandbox.demo.progress import shown
from services.sandbox.demo.report import Story, show
from services.sandbox.demo.stage import Stage
from services.sandbox.demo.telling import tell
from services.sandbox.demo.troubles import Troubles
from services.sandbox.ecpay.world import DEFAULT_CLIENT
from services.sandbox.tripletex.tokens import CONSUMER_TOKEN
from shared.clock import SteppedClock, SystemClock, oslo_morning
from shared.runtime.catalog import service_names
from shared.runtime.main import working
from shared.runtime.opening import opened
from shared.runtime.process import Process
from shared.runtime.signals import StopSignal, stop_on_signals
from shared.settings import LogFormat, Settings
from shared.store import migrate
from shared.telemetry.logging import set_up_logging

CALM_DAYS = 3
"""Days at the end without injected failures, so that everything comes to rest."""
PATIENCE = timedelta(hours=12)
"""How far simulated time is stepped on the last day for what is due later."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for a demo."""

    clients: int
    invoices: int
    days: int
    seed: int
    broker: str
    database: str | None
    is_verbose: bool


@dataclass(frozen=True, slots=True)
class Play:
    """One demo under way."""

    plan: Plan
    sandbox: Sandbox
    creditors: tuple[Creditor, ...]
    stage: Stage
    troubles: Troubles
    bank: Bank
    clock: SteppedClock


async def run_demo(chosen: Mapping[str, object]) -> int:
    """Run the demo and return its exit code: 0 when both systems agree to the øre."""
    choices = Choices(**chosen)  # type: ignore[arg-type]  # checked by the command line
    set_up_logging(
        LogFormat.CONSOLE, level=logging.INFO if choices.is_verbose else logging.CRITICAL
    )
    stop = stop_on_signals()
    with tempfile.TemporaryDirectory(prefix="restanse-demo-") as folder:
        async with Sandbox(FIRST_DAY) as sandbox:
            settings = _settings(choices, sandbox, Path(folder))
            await migrate.upgrade(settings.database_url)
            story = await _perform(_rehearsed(choices, sandbox), settings, stop)
    if story is None:
        return 130
    show(story, Console())
    return 0 if story.agrees else 1


def _settings(choices: Choices, sandbox: Sandbox, folder: Path) -> Settings:
    return Settings(
        database_url=choices.database or f"sqlite:///{folder / 'restanse.db'}",
        broker_url=choices.broker,
        tripletex_url=sandbox.tripletex_url,
        tripletex_consumer_token=SecretStr(CONSUMER_TOKEN),
        ecpay_url=sandbox.ecpay_url,
        ecpay_client_id=DEFAULT_CLIENT.client_id,
        ecpay_client_secret=SecretStr(DEFAULT_CLIENT.secret),
        secret_keys=SecretStr("a key for the demo"),
    )


def _rehearsed(choices: Choices, sandbox: Sandbox) -> Play:
    plan = make_plan(
        seed=choices.seed, clients=choices.clients, invoices=choices.invoices, days=choices.days
    )
    tripletex, ecpay = sandbox.tripletex, sandbox.ecpay
    creditors = found(plan, seed=choices.seed, tripletex=tripletex, ecpay=ecpay)
    return Play(
        plan=plan,
        sandbox=sandbox,
        creditors=creditors,
        stage=Stage(creditors, tripletex=tripletex, ecpay=ecpay),
        troubles=Troubles(choices.seed, tripletex=tripletex, ecpay=ecpay),
        bank=Bank(creditors, tripletex=tripletex, ecpay=ecpay),
        clock=SteppedClock(oslo_morning(FIRST_DAY), running=True),
    )


async def _perform(play: Play, settings: Settings, stop: StopSignal) -> Story | None:
    began = SystemClock().now()
    async with (
        opened(settings, clock=play.clock) as resources,
        working(resources, service_names()) as process,
    ):
        play.stage.play(0)
        await enrol(resources.desk(OPERATOR), play.creditors)
        with shown(play.plan.days) as progress:
            for day in range(play.plan.days):
                await _live(play, process, stop, day)
                progress.day(day + 1, play.clock.today(), _counts(play))
                if stop.is_set:
                    return None
        await process.settle(stop, horizon=PATIENCE)
        seconds = (SystemClock().now() - began).total_seconds()
        return await tell(
            play.stage,
            play.troubles,
            process,
            resources,
            days=play.plan.days,
            seconds=seconds,
        )


async def _live(play: Play, process: Process, stop: StopSignal, day: int) -> None:
    today = FIRST_DAY + timedelta(days=day)
    play.clock.advance_to(oslo_morning(today))
    play.sandbox.day.advance_to(today)
    play.bank.pay_out()
    if day:
        play.stage.play(day)
    if day < play.plan.days - CALM_DAYS:
        play.troubles.stir()
    else:
        play.troubles.end()
    await process.round()
    await process.settle(stop)


def _counts(play: Play) -> dict[str, tuple[int, int]]:
    claims, booked, settled = 0, 0, 0
    for creditor in play.creditors:
        office = play.sandbox.ecpay.creditor(creditor.ecpay_client_id)
        claims += len(office.by_reference)
        settled += len(office.settlements)
        booked += sum(bool(one.acknowledgement) for one in office.settlements.values())
    return {
        "invoices issued": (play.stage.issued, play.stage.invoices),
        "handed over": (claims, play.stage.issued),
        "settlements booked": (booked, settled),
    }
