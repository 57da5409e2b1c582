"""The virtual loop of the test kit: a test that could never end fails."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from pyqueue.testing import run_virtual
from pyqueue.testing.virtual_time import VirtualLoop


def test_a_task_that_waits_for_what_can_never_come_fails_its_test():
    async def wait():
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="deadlock: every task waits"):
        run_virtual(wait())


def test_a_task_that_spins_fails_its_test(monkeypatch):
    async def spin():
        for _ in count():
            await asyncio.sleep(0)

    monkeypatch.setattr(VirtualLoop, "MOST_TURNS", 1_000)
    with pytest.raises(RuntimeError, match="livelock: 1001 turns"):
        run_virtual(spin())


async def test_turns_are_counted_anew_when_time_passes(monkeypatch):
    monkeypatch.setattr(VirtualLoop, "MOST_TURNS", 1_000)
    for _ in range(3):
        for _ in range(600):
            await asyncio.sleep(0)
        await asyncio.sleep(1)
