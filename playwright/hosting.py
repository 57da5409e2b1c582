"""dist/ on a free port of the loopback, from a thread of the test process."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from serve import DIST, app

# A page of ours with nothing on it, for tests that only need an origin.
BLANK = '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title><main></main>'


class Host:
    """Serves dist/, or another build, until `stop()`; takes the same options as `serve.app`."""

    def __init__(
        self, pages: dict[str, str] | None = None, root: Path = DIST, **options: Any
    ) -> None:
        site = app(root, pages={"/blank.html": BLANK, **(pages or {})}, **options)
        # Bound and listening before the thread runs: nobody has to wait for it.
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(
            site, lifespan="off", log_level="warning", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """From here on nobody answers; also a way to test an origin that went away."""
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()
