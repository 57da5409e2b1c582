"""Writes Pyodide's lock file for the wheels that we host, and for no others.

PyPI's pyodide-lock can't: it doesn't know the platform tag of Pyodide 314's wheels.
"""

from __future__ import annotations

import zipfile
from email.message import Message
from email.parser import Parser
from hashlib import sha256
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pyodide_lock(info: dict[str, str], wheels: list[Path], base: str) -> dict[str, Any]:
    """The lock, with each wheel's address relative to the lock's own: `base` and its name."""
    python = info["python"]
    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": info["arch"],
        "platform_python_implementation": "CPython",
        "platform_system": "Emscripten",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "emscripten",
        "extra": "",
    }
    entries = [entry(wheel, base, environment) for wheel in wheels]
    return {"info": info, "packages": {one["name"]: one for one in entries}}


def entry(wheel: Path, base: str, environment: dict[str, str]) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = read_metadata(archive)
    return {
        "name": canonicalize_name(metadata["Name"]),
        "version": metadata["Version"],
        "file_name": base + wheel.name,
        "sha256": sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "imports": imports(names),
        "depends": depends(metadata, environment),
        "unvendored_tests": False,
    }


def read_metadata(archive: zipfile.ZipFile) -> Message:
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(archive.read(name).decode(), headersonly=True)


def imports(names: list[str]) -> list[str]:
    """Top-level packages and modules."""
    packages = {name.split("/")[0] for name in names if name.count("/") == 1}
    found = {name for name in packages if f"{name}/__init__.py" in names}
    return sorted(found | {name[:-3] for name in names if "/" not in name and name[-3:] == ".py"})


def depends(metadata: Message, environment: dict[str, str]) -> list[str]:
    """What it needs here, without its extras."""
    needed = map(Requirement, metadata.get_all("Requires-Dist", []))
    return sorted(
        canonicalize_name(one.name)
        for one in needed
        if one.marker is None or one.marker.evaluate(environment)
    )
