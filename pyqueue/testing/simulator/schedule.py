"""What happens how often: a table of actions, and of the limits that a queue may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from .store import FATES
from .violation import Action
from .world import World

POISONS = "!?"
"""Ends of ids that the store refuses: by `StoreRejected`, by an error of no known kind."""

Draw = Callable[[Random, World], tuple[Any, ...]]


def _size(random: Random) -> int:
    return random.choice((80, 100, 150, 300, 500)) + random.randrange(9)


def _priority(random: Random) -> int:
    return random.choice((0, 0, 1, 1, 1, 2, 2, 3))


def _burst(random: Random, world: World) -> tuple[Any, ...]:
    count = random.randrange(1, random.choice((5, 25)))
    return _priority(random), tuple(_size(random) for _ in range(count))


def _weather(random: Random, world: World) -> tuple[Any, ...]:
    if random.random() < 0.5:
        return ()
    faults = random.sample(list(FATES), 2)
    fates = random.choices(["ok", *faults], [6, 1, 1], k=random.randrange(1, 6))
    return tuple((fate, random.choice((1.0, 1.0, 5.0, 200.0))) for fate in fates)


def _options(random: Random) -> dict[str, float]:
    options = {name: random.choice(choices) for name, choices in LIMITS.items()}
    return {name: choice for name, choice in options.items() if choice is not None}


def _open(random: Random, world: World) -> tuple[Any, ...]:
    return _options(random), random.choice(("priority", "priority", "fifo", "batch"))


# None leaves the default.
LIMITS: dict[str, tuple[float | None, ...]] = {
    "max_queue_size": (1, 4, 20, 60, None, None),
    "max_queue_bytes": (400, 2_000, 6_000, None, None, None),
    "max_trace_bytes": (300, None, None),
    "max_batch_size": (1, 2, 5, 20, None, None),
    "max_batch_bytes": (250, 1_000, None, None),
    "batch_timeout": (0, 50, None),
    "remember_ids": (0, 3, None),
    "rate_limit": (0.5, 20, *[None] * 10),
    "rate_burst": (1, 5, 40),
    "sample_rate": (0, 0.5, *[None] * 8),
    "max_wait": (0, 100, None),
    "time_to_live": (60, 5_000, *[None] * 10),
    "write_timeout": (50, 1_000, None),
    "max_in_flight": (1, 2, None),
    "max_retries": (0, 1, None),
    "retry_base_delay": (0, 10, None),
    "retry_max_delay": (0, 50, None),
    "breaker_threshold": (1, 3, None),
    "breaker_cooldown": (0, 100, None),
}

ACTIONS: dict[str, tuple[float, Draw]] = {
    "offer": (40, lambda random, world: (_priority(random), _size(random))),
    "burst": (8, _burst),
    "run": (40, lambda random, world: (random.choice((0, 0, 0, 1, 1, 5, 60, 1_000, 20_000)),)),
    "sleep": (1, lambda random, world: (random.choice((10, 5_000, 3_600_000)),)),
    "wall": (0.5, lambda random, world: (random.choice((-3_600_000, -1, 50)),)),
    "heap": (2, lambda random, world: (random.choice((None, None, 100, 75_000, 79_900, 90_000)),)),
    "weather": (2, _weather),
    "quota": (0.5, lambda random, world: (random.choice((None, None, 0, 500, 5_000)),)),
    "together": (0.5, lambda random, world: (random.choice((1, 2, 8)),)),
    "again": (1, lambda random, world: (random.randrange(20),)),
    "sender": (1, lambda random, world: (random.choice("abc"),)),
    "cancel": (3, lambda random, world: (random.randrange(99),)),
    "reprioritize": (4, lambda random, world: (random.randrange(99), random.randrange(4))),
    "use": (0.5, lambda random, world: (random.choice(("priority", "fifo", "batch")),)),
    "pause": (0.5, lambda random, world: (random.random() < 0.3,)),
    "configure": (0.3, lambda random, world: (_options(random),)),
    "flush": (2, lambda random, world: ()),
    "calm": (0.3, lambda random, world: ()),
    "close": (0.1, lambda random, world: ()),
    "open": (0.1, _open),
}
ALWAYS = ("offer", "run")


def actions(random: Random, world: World, count: int) -> Iterator[Action]:
    """A round: a queue opens, things happen, calm comes. Some things never happen in a round."""
    yield ("open", *_open(random, world))
    names = [name for name in ACTIONS if name in ALWAYS or random.random() < 0.7]
    weights = [ACTIONS[name][0] for name in names]
    for name in random.choices(names, weights, k=max(0, count - 2)):
        if world.model.closed and random.random() < 0.05:
            yield ("open", *_open(random, world))
        elif name == "offer" and random.random() < 0.01:
            yield ("offer", *ACTIONS["offer"][1](random, world), random.choice(POISONS))
        else:
            yield (name, *ACTIONS[name][1](random, world))
    yield ("calm",)
