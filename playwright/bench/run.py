"""Measures pyqueue and its peers side by side, in a real Chromium with a profile on disk.

Writes build/bench/results.json, and the tables and plots of playwright/bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT), str(ROOT / "web"), str(ROOT / "playwright")]

from playwright.sync_api import sync_playwright  # noqa: E402

from bench import machine  # noqa: E402
from bench.bundle import OUT, bundle  # noqa: E402
from bench.measures import MEASURES  # noqa: E402
from bench.report import write_report  # noqa: E402
from bench.scene import Scene  # noqa: E402
