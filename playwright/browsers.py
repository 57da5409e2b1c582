"""Which browsers the tests drive. Run as a script, it installs those that there are none of."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

# Takes the place of Playwright's own list, of which this names what matters to us. The popups are
# two renderer processes that Chromium starts for every window, as dear as the pages themselves.
DISABLED = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("DestroyProfileOnBrowserClose", "HttpsUpgrades", "MediaRouter", "OptimizationHints"),
    *("PaintHolding", "ThirdPartyStoragePartitioning", "Translate"),
]

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-precise-memory-info",
    f"--disable-features={','.join(DISABLED)}",
]


def find_chromium() -> str | None:
    """The system's Chromium; None when there is none, and Playwright's own is meant."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def find_firefox() -> str | None:
    """The system's Firefox ESR; Playwright can't drive any other that is not its own."""
    return shutil.which("firefox-esr")


def launch_chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)


def launch_profile(playwright: Playwright, folder: str | Path, **options: Any) -> BrowserContext:
    """Chromium with a profile on disk, which outlives the browser."""
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=find_chromium(), args=ARGS, **options
    )


def launch_firefox(playwright: Playwright) -> Browser:
    return playwright.firefox.launch(channel="moz-firefox", executable_path=find_firefox())


def install_chromium() -> None:
    if find_chromium():
        return
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).exists():
            return
    if not install_package("chromium"):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def install_firefox() -> None:
    """Where it can't be had, its tests are skipped."""
    if not find_firefox() and not install_package("firefox-esr"):
        print("no Firefox ESR: the tests in Firefox will be skipped", file=sys.stderr)


def install_package(name: str) -> bool:
    """Whether the system has such a package, and it is installed now."""
    apt = apt_get()
    if not apt:
        return False
    subprocess.run([*apt, "update"], check=True)
    install = [*apt, "install", "-y", "--no-install-recommends", name]
    return subprocess.run(install, check=False).returncode == 0


def apt_get() -> list[str] | None:
    """The command, where there is one and it may be used."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0:
        return ["sudo", "-n", "apt-get"]
    return None


if __name__ == "__main__":
    install_chromium()
    install_firefox()
