"""When a failed batch is tried again: exponential backoff with full jitter.

Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations


def backoff(attempt: int, base: float, ceiling: float, chance: float) -> float:
    """The wait after the `attempt`-th failure (from 1), in ms; `chance` is in 0..1."""
    # 2**60 ms is longer than any ceiling; a larger exponent would overflow a float.
    return chance * min(ceiling, base * 2.0 ** min(attempt - 1, 60))
