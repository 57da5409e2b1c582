"""The rooms of the house: who may import whom, and what lies where.

Read from the sources of the package that is installed, so that it holds inside Pyodide too.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

import pyqueue

PACKAGE = Path(pyqueue.__file__).parent
ROOT = Path(__file__).parent.parent
SOURCES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
BROWSER = {"js", "pyodide", "pyodide_js", "_pyodide", "micropip"}
PYDANTIC = {"pydantic", "pydantic_core"}
TERMINAL = {"click", "rich"}
TOP_LEVEL = {
    "pyproject.toml", "pyqueue", "web", "tests", "playwright", "README.md", "LICENSE",
    "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".ci",
}  # fmt: skip


def tree(module):
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def room(module):
    """`pyqueue.core.lanes.__init__` is in `pyqueue.core.lanes`; a plain module in its package."""
    return module.rpartition(".")[0]


def imports(module, top_level_only=False):
    """The full names of what a module imports: modules, and names out of modules."""
    parsed, found = tree(module), set()
    for node in at_once(parsed.body) if top_level_only else ast.walk(parsed):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = room(module).split(".")
            base = parts[: len(parts) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    return found


def at_once(body):
    """What is done when a module is imported; also what is tried then."""
    for node in body:
        yield from node.body if isinstance(node, ast.Try) else [node]


def importers(*wanted, top_level_only=False):
    """The modules that import any of these, or something in them."""
    return {
        module
        for module in SOURCES
        for name in imports(module, top_level_only)
        if any(name == one or name.startswith(f"{one}.") for one in wanted)
    }


def inside(*rooms):
    return {m for m in SOURCES if any(m == r or m.startswith(f"{r}.") for r in rooms)}


@pytest.mark.cpython_only
def test_the_browser_s_room_says_that_it_needs_pyodide():
    with pytest.raises(ImportError, match=r"pyqueue\.browser needs Pyodide: No module named 'js'"):
        importlib.import_module("pyqueue.browser")


def test_the_sources_are_found_and_relative_imports_are_resolved():
    assert {"pyqueue.__init__", "pyqueue.core.queue", "pyqueue.browser.interop"} <= SOURCES.keys()
    assert "pyqueue.core.lanes.Discipline" in imports("pyqueue.core.queue")
    assert "pyqueue.config" in imports("pyqueue.core.queue")


def test_only_the_browser_s_room_imports_what_only_a_browser_has():
    found = importers(*BROWSER)
    assert found
    assert found <= inside("pyqueue.browser")
    assert importers("pyqueue.browser") <= inside("pyqueue.browser")


def test_the_core_does_no_io_and_knows_no_clock_and_no_chance():
    forbidden = [
        "asyncio",
        "time",
        "random",
        "secrets",
        "logging",
        "threading",
        "os",
        "socket",
        "io",
    ]
    assert importers(*forbidden) & inside("pyqueue.core") == set()


def test_the_core_knows_nothing_of_the_rooms_around_it():
    around = [
        "writer",
        "trace_queue",
        "processor",
        "fifo",
        "service",
        "storage",
        "browser",
        "testing",
        "doors",
        "formats",
        "clock",
        "query",
        "observe.metrics",
        "observe.fanout",
    ]
    assert importers(*[f"pyqueue.{name}" for name in around]) & inside("pyqueue.core") == set()


def test_only_the_door_needs_pydantic():
    assert importers(*PYDANTIC, top_level_only=True) == {"pyqueue.doors"}
    assert importers(*PYDANTIC) == {"pyqueue.doors"}
    assert importers("pyqueue.doors", top_level_only=True) == set()


def test_the_product_does_not_need_its_test_kit():
    assert importers("pyqueue.testing") <= inside("pyqueue.testing")


def test_stores_and_watchers_know_no_queue():
    queues = [
        f"pyqueue.{name}" for name in ("writer", "trace_queue", "processor", "fifo", "service")
    ]
    assert importers(*queues) & inside("pyqueue.storage", "pyqueue.observe") == set()


def test_formats_know_no_queue_and_no_store():
    """A page loads them by themselves, into a Python that may have been there for long."""
    rooms = ("encoding", "errors", "formats", "priority", "query", "streaming")
    known = [f"pyqueue.{name}" for name in rooms]
    for module in inside("pyqueue.formats"):
        ours = {name for name in imports(module) if name.startswith("pyqueue.")}
        assert all(any(f"{name}.".startswith(f"{one}.") for one in known) for name in ours), module


def test_only_the_command_line_needs_what_draws_in_terminals_and_nobody_needs_it():
    assert importers(*TERMINAL) <= inside("pyqueue.cli")
    assert "pyqueue.cli.__init__" not in importers(*TERMINAL)
    assert importers("pyqueue.cli") <= inside("pyqueue.cli")


def test_everything_else_comes_from_the_standard_library():
    known = sys.stdlib_module_names | BROWSER | {"pyqueue", *PYDANTIC, *TERMINAL}
    names = {name for m in SOURCES for name in imports(m)}
    foreign = {name for name in names if name.split(".")[0] not in known}
    of_users_tests = {name for name in foreign if name.startswith("playwright.")}
    assert foreign == of_users_tests
    assert importers(*of_users_tests, top_level_only=True) <= inside("pyqueue.testing.browser")


def test_javascript_s_proxies_are_made_in_one_file():
    makers = {
        m for m, path in SOURCES.items() if "create_proxy" in path.read_text(encoding="utf-8")
    }
    assert makers == {"pyqueue.browser.interop"}


@pytest.mark.cpython_only  # the browser's wheel comes without prose
@pytest.mark.parametrize("module", SOURCES)
def test_every_module_says_what_it_is_for(module):
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize("name", ["pyqueue", "pyqueue.testing"])
def test_the_public_names_are_sorted_exist_and_are_all_that_is_imported(name):
    module = importlib.import_module(name)
    assert list(module.__all__) == sorted(module.__all__)
    imported = {
        alias.asname or alias.name
        for node in tree(f"{name}.__init__").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported - {"annotations"} == set(module.__all__)
    assert all(getattr(module, public) is not None for public in module.__all__)


@pytest.mark.parametrize("name", [m for m in SOURCES if "browser" in m])
def test_the_browser_s_public_names_are_sorted_too(name):
    for node in tree(name).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            names = ast.literal_eval(node.value)
            assert names == sorted(names)


def test_the_package_tells_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.cpython_only
def test_the_folder_of_browser_tests_does_not_hide_the_playwright_package():
    assert not list((ROOT / "playwright").glob("__init__.py"))


@pytest.mark.cpython_only
def test_the_top_level_holds_nothing_but_what_the_design_allows():
    lines = (ROOT / ".gitignore").read_text().split()
    ignored = {line.strip("/") for line in lines} | {".git", "__pycache__"}
    found = {path.name for path in ROOT.iterdir()} - ignored
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL
