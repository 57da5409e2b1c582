"""The core is one code base: what its tests hold on CPython holds in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hosting import Host
from pyodide_suite import make_suite

RUN = (Path(__file__).parent / "run_suite.js").read_text()


@pytest.mark.timeout(600)
def test_the_core_suite_passes_inside_pyodide(
    page: Page, serve: Callable[..., Host], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheels = make_suite(tmp_path)
    page.goto(serve(mounts={"/suite": tmp_path}).url + "/blank.html")

    code, output = page.evaluate(RUN, wheels)

    with capsys.disabled():
        print(f"\nin Pyodide: {output.splitlines()[-1]}")
    assert code == 0, output
