"""Coroutine tests run on virtual time; those marked `browser_only` on the browser's own loop."""

from __future__ import annotations

import inspect

import pytest

pytest.register_assert_rewrite("pyqueue.testing.conformance")

from pyqueue.testing import run_virtual  # noqa: E402  (after the line above, or it does nothing)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    test = pyfuncitem.obj(**arguments)
    if pyfuncitem.get_closest_marker("browser_only"):
        from pyodide.ffi import run_sync

        run_sync(test)
    else:
        run_virtual(test)
    return True
