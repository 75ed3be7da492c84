"""The process ``booking-writer``."""

from __future__ import annotations

from shared.runtime.main import run_alone


def main() -> None:
    """Run the service until it is told to stop."""
    run_alone("booking-writer")


if __name__ == "__main__":
    main()
