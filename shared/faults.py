"""The one fault tree; the class of a fault says what happens to the message.

    Fault
    ├── Retryable                 the pipeline tries again
    │   ├── Transient             a passing failure; may name the wait its source asked for
    │   ├── Outage                a dependency is away; nobody is blamed, no attempt is counted
    │   └── NotYet                a predecessor has not arrived; short wait, cap of its own
    ├── Permanent                 the message goes to the dead letters at once
    │   ├── Invalid               breaks a schema or a rule of business, ours or a provider's
    │   │   └── Unreadable        the bytes could not even be decoded
    │   └── Bug                   anything else that escaped a handler
    └── Refused                   what a person asked for is not done; never met in a pipeline
        ├── Misconfigured         settings are missing or wrong (exit code 2)
        ├── NotAllowed            credentials or role do not suffice (exit code 4)
        ├── Conflict              the state has moved on (exit code 5)
        └── Unreachable           a dependency does not answer (exit code 6)

A provider client raises only these. Foreign exceptions are mapped once, at the door of the
library that raises them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class Fault(Exception):
    """Anything that can go wrong and was foreseen.

    Args:
        message: What was attempted, on which id, what came back, what to do next. Never holds a
            secret, a national id, a name or an address.
        code: Stable word for grouping, for example a provider's own error code.
        dependency: The outside party it came from (``tripletex``, ``ecpay``, ``database``,
            ``broker``), empty when it is our own.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, code: str = "", dependency: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).__name__
        self.dependency = dependency


class Retryable(Fault):
    """Trying again later may succeed."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        dependency: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, code=code, dependency=dependency)
        self.retry_after = retry_after


class Transient(Retryable):
    """A passing failure: a timeout, a 429, a 5xx, a lost connection."""


class Outage(Retryable):
    """A dependency is away, for everybody or for one client (``client_id``)."""

    exit_code: ClassVar[int] = 6

    def __init__(
        self,
        message: str,
        *,
        dependency: str,
        code: str = "",
        client_id: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, code=code, dependency=dependency, retry_after=retry_after)
        self.client_id = client_id


class NotYet(Retryable):
    """A predecessor of this message has not been handled yet."""


class Permanent(Fault):
    """Trying again unchanged cannot succeed."""


class Invalid(Permanent):
    """The message, or what a provider says of it, breaks a rule.

    Args:
        field: The field at fault, as a dotted path, empty when there is no single one.
    """

    def __init__(
        self, message: str, *, code: str = "", dependency: str = "", field: str = ""
    ) -> None:
        super().__init__(message, code=code, dependency=dependency)
        self.field = field


class Unreadable(Invalid):
    """The bytes of a message could not be decoded."""


class Bug(Permanent):
    """An exception outside this tree; the original is its ``__cause__``."""


class Refused(Fault):
    """What a person asked for was not done."""


class Misconfigured(Refused):
    """Settings are missing or wrong; lists every problem at once."""

    exit_code: ClassVar[int] = 2


class NotAllowed(Refused):
    """Credentials or role do not suffice."""

    exit_code: ClassVar[int] = 4


class Conflict(Refused):
    """The state has moved on since the person looked."""

    exit_code: ClassVar[int] = 5


class Unreachable(Refused):
    """A dependency does not answer."""

    exit_code: ClassVar[int] = 6
