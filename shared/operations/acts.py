"""What a person does, as the audit log keeps it: who, when, what, why, and to which ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.store.audit import AuditEntry, audited
from shared.store.write import Write


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something now, and why."""

    actor: str
    at: datetime
    reason: str = ""

    def written(
        self,
        action: str,
        *,
        client_id: str | None = None,
        subjects: tuple[str, ...] = (),
        detail: Mapping[str, object] | None = None,
    ) -> Write:
        """Return the row that keeps this act.

        Args:
            action: Noun and verb as on the command line.
            client_id: The client it was done to, if one.
            subjects: Ids it was done to.
            detail: What else must be known later; nothing personal and no secret.
        """
        return audited(
            AuditEntry(
                at=self.at,
                actor=self.actor,
                action=action,
                reason=self.reason,
                subjects=subjects,
                client_id=client_id,
                detail=detail,
            )
        )
