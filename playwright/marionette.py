"""Firefox as its own testers drive it: Playwright can't load an extension there, nor see DevTools.

The protocol: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsers import find_firefox

PREFERENCES = {
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
}
OPTIONS = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]


class Marionette:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self._receive()
        self.command("WebDriver:NewSession")

    def command(self, name: str, **parameters: Any) -> Any:
        """What it answers; its error raised."""
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._connection.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self._receive()
        assert not error, error
        return result.get("value") if isinstance(result, dict) else result

    def run(self, script: str, *, in_browser: bool = False) -> Any:
        """What a function's body gives to its `done`, in the page or in the browser itself."""
        self.command("Marionette:SetContext", value="chrome" if in_browser else "content")
        script = f"const done = arguments[0]; {script}"
        return self.command("WebDriver:ExecuteAsyncScript", script=script, args=[])

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._connection.recv(1)
        text = b""
        while len(text) < int(length[:-1]):
            text += self._connection.recv(int(length[:-1]) - len(text))
        return json.loads(text)


@contextmanager
def launch_marionette(profile: Path) -> Iterator[Marionette]:
    """Firefox with this empty folder as its profile."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    preferences = {**PREFERENCES, "marionette.port": port}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [str(find_firefox()), *OPTIONS, "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            with _connected(port, process) as connection:
                yield Marionette(connection)
        finally:
            process.terminate()


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    while process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)  # nothing tells when it listens
    raise RuntimeError(f"firefox ended with {process.returncode}")
