"""The same names, media types and extensions in Python and in the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyqueue.formats import FORMATS

SCRIPT = Path(__file__).parents[2] / "web" / "formats.js"


@pytest.mark.cpython_only
def test_the_page_knows_the_formats_as_python_does():
    lines = re.findall(
        r'^  (\w+): \{ type: "(.*)", extension: "(.*)" \},$', SCRIPT.read_text(), re.MULTILINE
    )
    assert lines == [(one.name, one.media_type, one.extension) for one in FORMATS.values()]
