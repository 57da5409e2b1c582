"""What a browser needs to run the core's tests: wheels of pytest and hypothesis, and the tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

from build import BUILD, ROOT, fetch_wheels

REQUIREMENTS = Path(__file__).parent / "pyodide-tests.txt"


def make_suite(folder: Path, tests: Path = ROOT / "tests") -> list[str]:
    """Fills `folder` with wheels and the tests; returns the wheels' names."""
    wheels = sorted(fetch_wheels(REQUIREMENTS, BUILD / "pyodide-tests").glob("*.whl"))
    for wheel in wheels:
        shutil.copy(wheel, folder)
    with ZipFile(folder / "suite.zip", "w") as archive:
        archive.write(ROOT / "pyproject.toml", "pyproject.toml")
        add_folder(archive, tests, "tests")
    return [wheel.name for wheel in wheels]


def add_folder(archive: ZipFile, folder: Path, name: str) -> None:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            archive.write(file, Path(name) / file.relative_to(folder))
