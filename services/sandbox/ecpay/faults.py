"""Misbehaviour on demand: the next calls that match are answered badly, late or not at all."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE = frozenset(
    {
        "500",
        "503",
        "html",
        "empty",
        "429",
        "429-without-header",
        "423",
        "in-progress",
        "401",
        "drop",
        "hang",
    }
)
AFTER = frozenset({"drop-after-commit", "hang-after-commit", "500-after-commit"})
KINDS = BEFORE | AFTER | {"delay"}


@dataclass(slots=True)
class Misbehaviour:
    """What the next matching calls meet; empty criteria match everything."""

    kind: str
    times: int = 1
    method: str = ""
    path_contains: str = ""
    client_id: str = ""
    retry_after_seconds: int = 1
    delay_seconds: float = 0.0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a call is to be answered this way."""
        return (
            self.times > 0
            and self.method in ("", method)
            and self.path_contains in path
            and (not self.client_id or f"/clients/{self.client_id}/" in path)
        )


class Misbehaviours:
    """The misbehaviour that was asked for and has not happened yet."""

    def __init__(self) -> None:
        self._waiting: list[Misbehaviour] = []
        self.happened = 0

    def add(self, misbehaviour: Misbehaviour) -> None:
        """Ask for misbehaviour; kinds asked for earlier come first."""
        self._waiting.append(misbehaviour)

    def clear(self) -> None:
        """Behave from now on."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Misbehaviour | None:
        """Return what this call meets, counting it down, None when it is treated well."""
        for waiting in self._waiting:
            if waiting.matches(method, path):
                waiting.times -= 1
                self.happened += 1
                return waiting
        return None
