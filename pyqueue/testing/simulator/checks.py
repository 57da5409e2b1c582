"""What must hold: after each step (`numbers`), now and then (`contents`), at certain moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...batch import Batch
from ...errors import StoreRejected
from ...verdict import Reason
from .violation import Violation

if TYPE_CHECKING:
    from .loop import Loop
    from .model import Entry


SHARES = {"none": (0.0, 0.8), "soft": (0.6, 0.98), "hard": (0.9, float("inf"))}
"""Of the queue's limits, at each level of pressure; they overlap, so that it does not flicker."""


def numbers(world: Loop) -> None:
    """The ledger is the model's, so the law holds; the bounds hold."""
    model, core = world.model, world.core
    ledger, config, lanes = core.ledger, core.config, core.lanes
    for state, counts in model.counts.items():
        if ledger.of(state) != counts:
            raise Violation("ledger", f"{state} {ledger.of(state)}, not {counts}")
    if (ledger.held, ledger.held_bytes) != (len(model.here), model.bytes):
        actual, wanted = (ledger.held, ledger.held_bytes), (len(model.here), model.bytes)
        raise Violation("held", f"count and bytes {actual}, not {wanted}")
    if not dict.__eq__(ledger.dropped, model.dropped) and ledger.dropped != model.dropped:
        raise Violation("reasons", f"{dict(ledger.dropped)}, not {dict(model.dropped)}")
    if len(lanes) != model.queued or core.batcher.in_flight != world.transactions:
        raise Violation("queued", f"{len(lanes)}, and {core.batcher.in_flight} in flight")
    least, below = SHARES[core.limiter.pressure]
    share = max(len(model.here) / config.max_queue_size, model.bytes / config.max_queue_bytes)
    if not core.limiter.is_tight and not least <= share < below:
        raise Violation("pressure", f"{core.limiter.pressure} at {share:.2f}")
    most, most_bytes = world.allowed
    if len(model.here) > most or model.bytes > most_bytes:
        raise Violation("bounds", f"{len(model.here)} held, {model.bytes} bytes")
    if world.allowed != (config.max_queue_size, config.max_queue_bytes):
        # Lower limits than before: what is too much may stay, but not grow.
        world.allowed = (
            max(config.max_queue_size, len(model.here)), max(config.max_queue_bytes, model.bytes)
        )  # fmt: skip


def contents(world: Loop) -> None:
    """Trace by trace: the queue holds what the model holds, in the model's order."""
    model, core = world.model, world.core
    if broken := core.ledger.broken_laws():
        raise Violation("law", broken[0])
    for priority, lane in enumerate(model.lanes):
        found = [(item.number, item.id) for item in core.lanes if item.priority == priority]
        if found != [(entry.number, entry.id) for entry in lane]:
            raise Violation("order", f"{found} queued at {priority}")
    held = sorted(id for item in core.held() for id in item.ids)
    if held != sorted(model.here):
        raise Violation("held", f"{held}")
    if core.lanes.bytes != sum(entry.size for lane in model.lanes for entry in lane):
        raise Violation("held", f"{core.lanes.bytes} bytes queued")
    room = not model.closed and model.room(0, 1, 1, world.is_tight(1)) == (Reason.MEMORY, [])
    wanted = core.config.max_queue_size - len(model.here) if room else 0
    if core.desired_size() != wanted:
        raise Violation("desired size", f"{core.desired_size()} instead of {wanted}")
    oldest = next((entry.number for entry in model.here.values()), None)
    for mark in world.marks:
        if core.is_settled(mark) != (oldest is None or oldest > mark):
            raise Violation("flush", f"mark {mark} with {oldest} held")
    world.marks = [mark for mark in world.marks if oldest is not None and oldest <= mark]


def transaction_may_start(world: Loop, batches: list[Batch]) -> None:
    """The store may be asked; what is urgent, failed or probes the store goes alone."""
    numbers = [batch.number for batch in batches]
    if world.transactions >= world.core.config.max_in_flight:
        raise Violation("in flight", f"{numbers} beside {list(world.under_way)}")
    state = world.core.batcher.breaker.state
    if state == "open" or (state == "half-open" and (world.under_way or len(batches) > 1)):
        raise Violation("breaker", f"{numbers} start while it is {state}")
    if len({batch.transaction for batch in batches}) > 1 or len(batches) > world.most_together:
        raise Violation("together", f"{numbers} of {world.most_together}")
    if len(batches) > 1 and any(batch.urgent or batch.failures for batch in batches):
        raise Violation("together", f"{numbers} share a transaction")


def batch_may_start(world: Loop, batch: Batch) -> None:
    """Its rows say what it holds; it goes in order."""
    model, config = world.model, world.core.config
    if batch.number in world.under_way:
        raise Violation("in flight", f"{batch.number} beside {list(world.under_way)}")
    fresh = False
    for row, lane in zip(batch.rows, batch.lanes, strict=True):
        data = "[" + ",".join([str(item.text) for item in lane]) + "]"
        ids = [id for item in lane for id in item.ids]
        if row.data != data:
            raise Violation("rows", f"batch {batch.number}: {row.data!r}")
        if (row.session, row.count, row.bytes) != (world.session, len(ids), len(data)):
            raise Violation("rows", f"batch {batch.number}: {row}")
        for seq, id in enumerate(ids, row.seq_first):
            entry = model.entries.get(id)
            if entry is None or entry.state not in ("queued", "retrying"):
                raise Violation("batches", f"{id} is {entry and entry.state}, and is written")
            if entry.state == "queued":
                fresh = True
                entry.seq, world.next_seq = world.next_seq, world.next_seq + 1
            if seq != entry.seq:
                raise Violation("order", f"{id} has seq {seq}, not {entry.seq}")
    size = sum(row.bytes for row in batch.rows) if fresh else 0
    too_large = batch.count > 1 and size > config.max_batch_bytes
    if fresh and (batch.count > config.max_batch_size or too_large):
        raise Violation("bounds", f"a batch of {batch.count} traces, {size} bytes")
    if fresh:
        _goes_in_order(world, batch)


def _goes_in_order(world: Loop, batch: Batch) -> None:
    """Of each lane the oldest; nothing of a lower lane before the last of a higher one."""
    taken = {item.id for item in batch.traces()}
    if any(entry.state != "queued" for entry in map(world.model.entries.get, taken) if entry):
        raise Violation("batches", f"{sorted(taken)}: new ones beside some that failed")
    counts, left = [0, 0, 0, 0], []
    for item in batch.traces():
        counts[item.priority] += 1
    for count, lane in zip(counts, world.model.lanes, strict=True):
        if any(entry.id not in taken for entry in lane[:count]):
            raise Violation("order", f"{sorted(taken)} before {lane[0].id}")
        left += lane[count : count + 1]
    _higher_goes_first(world, batch, left)


def _higher_goes_first(world: Loop, batch: Batch, left: list[Entry]) -> None:
    """`left` are the heads of the lanes as the batch leaves them. A quarter of a batch is for what
    has waited longer than `max_wait`."""
    items, config = list(batch.traces()), world.core.config
    before, share = world.now - config.max_wait, max(1, config.max_batch_size // 4)
    if world.model.mode == "fifo":
        if any(entry.number < max(item.number for item in items) for entry in left):
            raise Violation("order", f"{[item.id for item in items]} before {left[0].id}")
        return
    highest_left = max([entry.priority for entry in left], default=0)
    early = [item for item in items if item.priority < highest_left]
    if len(early) > share or any(item.enqueued_at >= before for item in early):
        raise Violation("priority", f"{[item.id for item in early]} before {highest_left=}")
    oldest = min(left, key=lambda entry: (entry.at, -entry.priority), default=None)
    # What is urgent goes alone while nothing else is due.
    if oldest is None or oldest.at >= min(before, world.now - config.batch_timeout):
        return
    if not any(item.enqueued_at <= oldest.at for item in items):
        raise Violation("ageing", f"{[item.id for item in items]} before {oldest.id}")


def account_is_right(world: Loop, batches: list[Batch]) -> None:
    """Once they are under way."""
    counts = {state: sum(per_priority) for state, per_priority in world.model.counts.items()}
    right = counts["written"] + counts["in_flight"], counts["offered"]
    for account in (batch.account for batch in batches):
        if (account["written"], account["offered"]) != right:
            raise Violation("account", f"{account}, where {counts}")


def nothing_is_left_undone(world: Loop) -> None:
    """After the pump: no spin, no stall, and nothing waits that could be written."""
    core, model, now = world.core, world.model, world.now
    if world.is_paused:
        return
    config, wake = core.config, core.wake_at(now)
    if wake is not None and wake <= now:
        raise Violation("spin", f"wake_at {wake} at {now}, and there is no batch")
    if wake is None and model.here and not world.under_way:
        raise Violation("stall", f"{len(model.here)} held, and nothing will wake the queue")
    if core.batcher.breaker.state != "closed" or world.transactions >= config.max_in_flight:
        return
    heads = [lane[0] for lane in model.lanes if lane]
    if model.queued >= config.max_batch_size or (model.lanes[3] and model.mode == "priority"):
        raise Violation("late", f"{model.queued} queued, {len(model.lanes[3])} of them critical")
    for entry in heads:
        if entry.at + config.batch_timeout <= now or entry.number <= world.flushed:
            raise Violation("late", f"{entry.id}, queued since {entry.at}, waits at {now}")


def breaker(world: Loop, before: str, error: Exception | None) -> None:
    """After an answer."""
    failures, state = world.failures_in_a_row, world.core.batcher.breaker.state
    wanted = before
    if error is None or isinstance(error, StoreRejected):
        wanted = "closed"
    elif before == "half-open" or failures >= world.core.config.breaker_threshold:
        wanted = "open"
    if state != wanted:
        raise Violation("breaker", f"{state} instead of {wanted}, {failures} failures in a row")


def settled(world: Loop) -> None:
    """After all faults have ended."""
    if world.core.ledger.held:
        raise Violation("unsettled", f"{world.core.ledger} long after the last fault")
    if not all(map(world.core.is_settled, world.marks)):
        raise Violation("flush", f"of {world.marks} not all are settled")
    audit(world)


def audit(world: Loop) -> None:
    """The store, trace by trace: what is acknowledged is there, what never was sealed is not."""
    times = world.store.times
    for entry in world.model.entries.values():
        stored = times.get(entry.id, 0)
        if (entry.state == "written" and stored != 1) or (stored and not entry.seq):
            raise Violation(
                "stored = written", f"{entry.id} is {entry.state}, and {stored} times in the store"
            )
