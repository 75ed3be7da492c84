"""The garbage collector of a process that handles messages.

A batch makes and drops tens of thousands of objects without cycles; at CPython's defaults the
collector walks over them again and again. Measured with ``tests/bench/pipeline_bench.py``: about
one seventh less processor time per message.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100
"""Objects made before the young ones are looked at, and rounds before the older ones are."""


def relax_collector() -> None:
    """Look at what lives for ever no more, and at the rest less often; call once, after start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
