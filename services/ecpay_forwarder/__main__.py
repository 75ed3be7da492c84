"""The process ``ecpay-forwarder``."""

from __future__ import annotations

from shared.runtime.main import run_alone


def main() -> None:
    """Run the service until it is told to stop."""
    run_alone("ecpay-forwarder")


if __name__ == "__main__":
    main()
