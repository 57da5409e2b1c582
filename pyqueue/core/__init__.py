"""The queue itself: plain synchronous Python that is handed the time and does no I/O.

Reading order: ledger (what is counted), lanes (what goes first), memory_limiter, admission (who
gets in), retry and breaker (when to write again), queue (which ties them together).
"""
