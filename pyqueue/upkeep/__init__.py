"""Retention, compaction and purge of what is stored.

`policy` says how much may stay, `plan` which rows go, `compaction` which are merged, `rows` how one
is rewritten and `tally` what is counted: all pure. `editor` brings changes to the store, a short
transaction at a time, so that a write never waits long; `round` is one run, `purge` what a purge
leaves; `keeper` is what an application holds.

    keeper = Keeper(store, RetentionPolicy(max_age=7 * 24 * 3_600_000))
    (await keeper.run(dry_run=True)).deleted.by_priority
    await keeper.purge(name="checkout.submit")
"""

from .keeper import Keeper, Statistics
from .policy import RetentionPolicy
from .round import Progress, Report
from .tally import Tally

__all__ = ["Keeper", "Progress", "Report", "RetentionPolicy", "Statistics", "Tally"]
