"""Starts the PyScript page: installs what it needs from this origin, then opens the checklist."""

from __future__ import annotations

import asyncio

import pyodide_js
from pyscript import document, window


def show_state(state: str, text: str) -> None:
    label = document.getElementById("py-state")
    label.dataset.state = state
    label.textContent = text


async def install() -> None:
    """No package index is asked: the wheels lie beside the page."""
    await pyodide_js.loadPackage("micropip")
    import micropip

    answer = await window.fetch("/pyqueue/bundle.json")
    bundle = (await answer.json()).to_py()
    await micropip.install(f"{window.location.origin}/pyqueue/{bundle['wheel']}")
    await micropip.install("pydantic")


async def main() -> None:
    try:
        show_state("booting", "installing pyqueue and pydantic")
        await install()
        # Not before: it imports what has just been installed.
        import pyscript_checklist  # type: ignore[import-not-found]

        await pyscript_checklist.open_page()
    except Exception as error:
        show_state("failed", f"not available: {error}")
        raise
    show_state("running", "pyqueue is running in this page")


# PyScript runs this file inside an event loop that lives as long as the page.
starting = {asyncio.ensure_future(main())}
