"""What was measured, and on what."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from build import DIST, MODULES, ROOT

PEERS = (
    *("dexie", "idb", "localforage", "workbox-background-sync", "@sentry/browser"),
    "@opentelemetry/sdk-trace",
)


def facts(context: BrowserContext) -> dict[str, Any]:
    bundle = json.loads((DIST / "pyqueue/bundle.json").read_text())
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "commit": _commit(),
        "versions": {
            "pyqueue": bundle["version"],
            "Pyodide": bundle["pyodide"],
            "Chromium": context.browser.version if context.browser else "",
            **{peer: _version(peer) for peer in PEERS},
        },
    }


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.machine()


def _version(package: str) -> str:
    version: str = json.loads((MODULES / package / "package.json").read_text())["version"]
    return version


def _commit() -> str:
    """With a + where the tree was changed since."""
    describe = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"]
    return subprocess.run(describe, capture_output=True, text=True, check=False).stdout.strip()
