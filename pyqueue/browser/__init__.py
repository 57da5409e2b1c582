"""The browser's side: IndexedDB, its clock and heap, and the endpoint that a page talks to.

Only this room imports `js` and `pyodide`, and only `interop` makes proxies. Works in Pyodide only.
"""

from .indexeddb import IndexedDBStore
from .platform import BrowserClock, BrowserHeap, BrowserStorage

__all__ = ["BrowserClock", "BrowserHeap", "BrowserStorage", "IndexedDBStore"]
