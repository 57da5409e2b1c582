"""What a page can't rely on: room on the disk, the network, WebAssembly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from .shared import SharedWorker, shared_workers

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

WASM = re.compile(r"\.wasm(\?|$)")
NO_EVAL = "script-src * 'unsafe-inline'"
"""The policy of a site that had none: all but compiling code is allowed."""


@contextmanager
def fill_quota(page: Page, free: int = 0) -> Iterator[None]:
    """Leave the page's origin `free` bytes of storage while the block runs. Chromium only.

    The browser itself refuses what is too much, in workers and other tabs of the origin too. Ask
    before the page opens its database: while one is open, Chromium looks up what is left every
    30 s. It counts bytes as they are on disk, where text that repeats itself takes little.
    """
    url = urlsplit(page.url)
    origin = {"origin": f"{url.scheme}://{url.netloc}"}
    session = page.context.new_cdp_session(page)
    used = session.send("Storage.getUsageAndQuota", origin)["usage"]
    session.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": used + free})
    try:
        yield
    finally:
        session.detach()  # the quota goes with it


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """No network for the context's pages and their workers while the block runs."""
    shared = _shared_workers(context)
    context.set_offline(True)
    for worker in shared:
        worker.set_offline(True)
    try:
        yield
    finally:
        context.set_offline(False)
        for worker in shared:
            worker.set_offline(False)


def _shared_workers(context: BrowserContext) -> list[SharedWorker]:
    browser = context.browser
    is_known = browser is not None and browser.browser_type.name == "chromium" and context.pages
    return shared_workers(context.pages[0]) if is_known else []


def block_python(
    where: Page | BrowserContext, how: Literal["missing", "refused", "policy"] = "missing"
) -> None:
    """Let pages opened from now on have no WebAssembly, and so no Pyodide.

    "missing": its files answer 404. "refused": they can't be fetched at all. "policy": pages and
    workers get a Content-Security-Policy without 'wasm-unsafe-eval'. Playwright does not reach
    what shared workers fetch, so there are none.
    """
    where.add_init_script("delete globalThis.SharedWorker")
    if how == "policy":
        where.route("**/*", _without_eval)
    elif how == "refused":
        where.route(WASM, lambda route: route.abort())
    else:
        where.route(WASM, lambda route: route.fulfill(status=404))


def _without_eval(route: Route) -> None:
    if route.request.resource_type not in ("document", "script"):  # a worker counts as a script
        route.fallback()
        return
    response = route.fetch()
    policy = response.headers.get("content-security-policy", NO_EVAL)
    policy = re.sub(r"\s*'(wasm-)?unsafe-eval'", "", policy)
    route.fulfill(
        response=response, headers={**response.headers, "content-security-policy": policy}
    )
