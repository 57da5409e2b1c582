"""Faults for Playwright tests of a page that must lose nothing: crashes, full disks, no network.

from pyqueue.testing.browser import break_indexeddb, crash_tab, repair_indexeddb

break_indexeddb(page, "quota")
page.get_by_role("button", name="Save").click()
repair_indexeddb(page)
crash_tab(page)

Nothing here needs pyqueue in the page. Made for Playwright's sync API; README.md tells what each
does, and in which browsers.
"""

from .faults import (
    INDEXEDDB_FAULTS,
    break_indexeddb,
    break_indexeddb_from_the_start,
    break_indexeddb_in_workers,
    repair_indexeddb,
)
from .shared import SharedWorker, shared_workers
from .surroundings import block_python, fill_quota, offline
from .tabs import crash_tab, kill_browser, kill_worker, renderer_pid, two_tabs

__all__ = [
    "INDEXEDDB_FAULTS",
    "SharedWorker",
    "block_python",
    "break_indexeddb",
    "break_indexeddb_from_the_start",
    "break_indexeddb_in_workers",
    "crash_tab",
    "fill_quota",
    "kill_browser",
    "kill_worker",
    "offline",
    "renderer_pid",
    "repair_indexeddb",
    "shared_workers",
    "two_tabs",
]
