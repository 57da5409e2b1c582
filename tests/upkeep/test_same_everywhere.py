"""What a keeper leaves behind does not depend on the store."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue import TraceQuery
from pyqueue.testing import run_virtual
from pyqueue.testing.virtual_time import EPOCH
from pyqueue.upkeep import Keeper, RetentionPolicy
from tests.support import reproducible
from tests.upkeep.support import DAY, MINUTE, contents, filled

POLICIES = [
    {"max_age": DAY},
    {"max_count": 9},
    {"max_bytes": 2_000, "keep_names": ["checkout.*"]},
    {"compact_bytes": 900},
]


class StoppedClock:
    """Real stores run on a real loop; their clock stands at what the rows were made for."""

    def now(self):
        return 0.0

    def wall(self):
        return EPOCH


async def outcome(store, policy):
    """What a run and a purge leave, and what they report."""
    keeper = Keeper(store, RetentionPolicy(**policy), clock=StoppedClock())
    told = await keeper.run(dry_run=True)
    done = await keeper.run()
    purged = await keeper.purge(name="plain", priority="low")
    left = [(trace["id"], trace["attributes"]) for trace in await store.query(TraceQuery())]
    rows, after = 0, None
    while page := await store.survey(after, 7):
        rows, after = rows + len(page), page[-1]
    await store.close()
    return told.deleted, done.deleted, done.compacted, done.left, purged, rows, left


@pytest.mark.cpython_only
@settings(reproducible)
@given(contents(), st.sampled_from(POLICIES))
def test_in_sqlite_as_in_memory(rows, policy):
    from pyqueue.storage.sqlite import SQLiteStore

    async def scenario():
        memory, sqlite = await filled(rows), await filled(rows, store=SQLiteStore(":memory:"))
        assert await outcome(sqlite, policy) == await outcome(memory, policy)

    run_virtual(scenario())


@pytest.mark.browser_only
@pytest.mark.parametrize("policy", POLICIES)
async def test_in_indexeddb_as_in_memory(policy):
    from secrets import token_hex

    from pyqueue.browser import IndexedDBStore

    chance = Random(str(policy))
    rows = [
        (
            chance.choice("abc"),
            chance.choice([0, 1, 2, 3, None]),
            chance.choice([chance.randrange(2 * DAY), chance.randrange(2 * MINUTE)]),
            chance.randint(1, 4),
            chance.randrange(300),
        )
        for _ in range(120)
    ]
    store = await filled(rows, store=IndexedDBStore(f"upkeep-{token_hex(8)}"))
    assert await outcome(store, policy) == await outcome(await filled(rows), policy)
