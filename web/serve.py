"""Serves dist/ on the loopback, as strictly as a site could ask for."""

from __future__ import annotations

import argparse
import mimetypes
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIST = Path(__file__).parent.parent / "dist"

STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
# PyScript 0.7 compiles its hooks with Function(…); without 'unsafe-eval' its main script throws
# and no Python runs. It needs no inline style or script. Only `<script type="py" worker>` would
# need more: `worker-src 'self' blob:`, because its workers start from a blob.
PYSCRIPT = "default-src 'self'; script-src 'self' 'unsafe-eval'"
CSP_BY_PATH = {"/pyscript.html": PYSCRIPT}

# What the browser insists on, whatever this machine's own table says.
for extension, kind in {
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
}.items():
    mimetypes.add_type(kind, extension)


class Headers:
    """Puts the page's policy on every answer, a 404 too, and has each one revalidated."""

    def __init__(self, app: ASGIApp, csp: str, csp_by_path: Mapping[str, str]) -> None:
        self.app, self.csp, self.csp_by_path = app, csp, csp_by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = self.csp_by_path.get(scope["path"], self.csp)
                message["headers"] = [
                    *message["headers"],
                    (b"cache-control", b"no-cache"),
                    (b"x-content-type-options", b"nosniff"),
                    *([(b"content-security-policy", policy.encode())] if policy else []),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class GzipText(GZipMiddleware):
    """Leaves what is compressed already, and the 10 MB of WebAssembly, as they are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        binary = scope["path"].endswith((".wasm", ".whl", ".zip", ".png"))
        await (self.app if binary else super().__call__)(scope, receive, send)


def app(
    root: Path | str = DIST,
    *,
    csp: str = STRICT,
    csp_by_path: Mapping[str, str] = CSP_BY_PATH,
    blocked: Collection[str] = (),
    pages: Mapping[str, str] | None = None,
    mounts: Mapping[str, Path] | None = None,
) -> Starlette:
    """A static server for `root`, and what a test wants changed about it.

    `blocked` paths answer 404, `pages` are HTML by path, `mounts` are more folders by path;
    an empty `csp` sends no policy.
    """
    routes: list[BaseRoute] = [
        *(Route(path, PlainTextResponse("blocked", status_code=404)) for path in blocked),
        *(Route(path, HTMLResponse(html)) for path, html in (pages or {}).items()),
        *(Mount(path, StaticFiles(directory=folder)) for path, folder in (mounts or {}).items()),
        Mount("/", StaticFiles(directory=root, html=True)),
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Headers, csp=csp, csp_by_path=csp_by_path),
            Middleware(GzipText, compresslevel=5),
        ],
    )


class Server(uvicorn.Server):
    """Tells when it really answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"ready: http://{self.config.host}:{self.config.port}/", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--root", type=Path, default=DIST)
    options = parser.parse_args()
    config = uvicorn.Config(
        app(options.root),
        host="127.0.0.1",
        port=options.port,
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run()


if __name__ == "__main__":
    main()
