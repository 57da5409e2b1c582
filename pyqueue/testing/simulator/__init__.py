"""A simulation of the queue: seeded, without asyncio and without a clock of its own.

    python -m pyqueue.testing.simulator --seed 1 --steps 1000000

Producers, the clock, the platform and the store take random steps; after each one the queue is
compared with a model that is too small to be wrong. A seed that fails ends in a `SimulationFailed`
whose message is a call of `replay` with the few actions that are needed.

Reading order: model (what must be true), store and ear (what the queue meets), world (what can
happen, and the checks), schedule (how often), run (rounds of it), shrink (a long failure made
short). To add an action: a method of `World`, and a line in `schedule.ACTIONS`.

The idea of rounds that each leave out some actions is from Groce et al., "Swarm Testing", 2012;
shrinking is Zeller and Hildebrandt's ddmin, 2002.
"""

from .run import Report, replay, simulate
from .violation import Action, SimulationFailed, Violation

__all__ = ["Action", "Report", "SimulationFailed", "Violation", "replay", "simulate"]
