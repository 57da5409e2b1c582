"""A checklist whose handlers are Python: each change is a trace, stored in IndexedDB by pyqueue."""

# mypy: disable-error-code="untyped-decorator"
# (what pyscript's `when` returns is known in the browser only)
from __future__ import annotations

import asyncio
from itertools import count
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field
from pyscript import document, when

from pyqueue import QueueConfig, TracePriority, TraceQueueProcessor
from pyqueue.browser import IndexedDBStore

Column = Literal["To do", "Doing", "Done"]


class CardMoved(BaseModel):
    """A typed trace: what it says is checked before it is queued."""

    card: str = Field(min_length=1)
    origin: Column
    target: Column


CARDS = ("Write the changelog", "Rotate the signing key", "Tell the translators")
SHOWN = 20

store = IndexedDBStore("pyqueue-pyscript")
queue = TraceQueueProcessor(store=store, config=QueueConfig(batch_timeout=500))
numbers = count(1)
tasks: list[asyncio.Task[None]] = []  # a task that nobody holds may be collected


async def open_page() -> None:
    for title in CARDS:
        add_card(title)
    await queue.__aenter__()  # for as long as the page lives: there is no block to leave
    await show_stored()
    element("py-add").disabled = element("py-read").disabled = False
    tasks.append(asyncio.create_task(keep_showing()))


# The checklist


def element(name: str) -> Any:
    return document.getElementById(name)


def make(tag: str, text: str = "", **attributes: str) -> Any:
    """An element whose text is text: titles and traces are never HTML."""
    node = document.createElement(tag)
    node.textContent = text
    for name, value in attributes.items():
        node.setAttribute(name.strip("_").replace("_", "-"), value)
    return node


def add_card(title: str) -> str:
    name = f"card-{next(numbers)}"
    card = make("li", class_="py-card", data_card=name, data_column="To do")
    choice = make("select", aria_label=f"Column of {title}")
    choice.append(*(make("option", column) for column in get_args(Column)))
    card.append(make("span", title), choice)
    element("py-cards").append(card)
    return name


@when("submit", "#py-form")
def on_add(event: Any) -> None:
    event.preventDefault()
    title = element("py-title").value.strip()
    if not title:
        return
    card = add_card(title)
    element("py-title").value = ""
    trace = {"name": "card.add", "attributes": {"card": card, "title": title}}
    queue.enqueue(trace, TracePriority.NORMAL)


@when("change", "#py-cards")
def on_move(event: Any) -> None:
    card = event.target.closest(".py-card")
    moved = CardMoved(card=card.dataset.card, origin=card.dataset.column, target=event.target.value)
    card.dataset.column = moved.target
    queue.enqueue({"name": "card.move", "attributes": moved.model_dump()}, TracePriority.HIGH)


# What became of the traces


async def keep_showing() -> None:
    """Looks at the queue four times a second, and into the store when there is more in it."""
    seen = 0
    while True:
        written = show_metrics()
        if written != seen:
            seen = written
            await show_stored()
        await asyncio.sleep(0.25)


def show_metrics() -> int:
    metrics = queue.metrics()
    shown = {
        "py-count": metrics.written,
        "py-offered": metrics.offered,
        "py-queued": metrics.queued + metrics.in_flight + metrics.retrying,
        "py-dropped": metrics.refused + metrics.evicted + metrics.dead,
        "py-batches": metrics.batches,
        "py-memory": f"{metrics.memory_usage:,} B",
    }
    for name, value in shown.items():
        element(name).textContent = str(value)
    return metrics.written


async def show_stored() -> None:
    traces = await queue.query(limit=SHOWN, order="desc")
    element("py-stored").replaceChildren(*(stored_row(trace) for trace in traces))
    element("py-empty").hidden = bool(traces)


def stored_row(trace: dict[str, Any]) -> Any:
    said = trace["attributes"]
    text = said.get("title") or f"{said['card']}: {said['origin']} → {said['target']}"
    row = make("li", data_lane=trace["priority"])
    dot = make("span", class_="dot", role="img", aria_label=trace["priority"])
    row.append(dot, make("code", trace["name"]), make("span", text))
    return row


@when("click", "#py-read")
async def on_read(event: Any) -> None:
    await queue.flush()
    await show_stored()
