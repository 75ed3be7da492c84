"""What must hold for a process to be of use: broker, consumers, database."""

from __future__ import annotations

from collections.abc import Mapping

from shared.faults import Fault
from shared.runtime.health import Check
from shared.runtime.process import Process
from shared.runtime.resources import Resources


def checks(resources: Resources, process: Process) -> Mapping[str, Check]:
    """Return the readiness checks of a process, by name."""

    async def broker() -> bool:
        return process.link.is_ready

    async def consumers() -> bool:
        return process.is_consuming

    async def database() -> bool:
        try:
            await resources.store.ping()
        except Fault:
            return False
        return True

    return {"broker": broker, "consumers": consumers, "database": database}
