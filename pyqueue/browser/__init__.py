"""The browser's side: IndexedDB, its clock and heap, and the endpoint that a page talks to.

Only this room imports `js` and `pyodide`, and only `interop` makes proxies. Works in Pyodide only.
"""

try:
    from .indexeddb import IndexedDBStore
    from .platform import BrowserClock, BrowserHeap, BrowserStorage
except ModuleNotFoundError as error:
    raise ImportError(f"pyqueue.browser needs Pyodide: {error}") from None

__all__ = ["BrowserClock", "BrowserHeap", "BrowserStorage", "IndexedDBStore"]
