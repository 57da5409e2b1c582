"""Counts instructions of Python's bytecode: a cost that is the same on any machine, however busy.

What is done in C (a deque's search, a set's union, JSON) counts as one; its time is in the bench.
"""

from __future__ import annotations

import sys


def count(work):
    """How many `work()` executes."""
    return _monitored(work) if sys.version_info >= (3, 12) else _traced(work)


def _monitored(work):
    monitoring, tool, found = sys.monitoring, 3, [0]

    def executed(code, offset):
        found[0] += 1

    monitoring.use_tool_id(tool, "costs")
    monitoring.register_callback(tool, monitoring.events.INSTRUCTION, executed)
    monitoring.set_events(tool, monitoring.events.INSTRUCTION)
    try:
        work()
    finally:
        monitoring.set_events(tool, monitoring.events.NO_EVENTS)
        monitoring.free_tool_id(tool)
    return found[0]


def _traced(work):
    found = [0]

    def executed(frame, event, _):
        found[0] += event == "opcode"
        return executed

    def entered(frame, event, _):
        frame.f_trace_opcodes = True
        return executed

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        work()
    finally:
        sys.settrace(before)
    return found[0]
