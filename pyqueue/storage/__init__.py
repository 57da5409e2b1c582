"""Stores that run anywhere. IndexedDB's is in `pyqueue.browser`."""
